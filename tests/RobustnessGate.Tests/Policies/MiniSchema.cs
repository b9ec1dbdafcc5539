using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RobustnessGate.Tests;

/// <summary>Validates JSON against the keywords of JSON schema that the policy's schema uses; any other keyword is an error.</summary>
internal static class MiniSchema
{
    public static bool Accepts(JsonObject schema, JsonNode? value) => schema.All(rule => Holds(rule.Key, rule.Value!, schema, value));

    private static bool Holds(string keyword, JsonNode rule, JsonObject schema, JsonNode? value) => keyword switch
    {
        "$schema" or "title" or "description" or "default" or "then" => true,
        "type" => Is((string)rule!, value),
        "enum" => rule.AsArray().Any(choice => JsonNode.DeepEquals(choice, value)),
        "const" => JsonNode.DeepEquals(rule, value),
        "pattern" => value is not JsonValue text || !text.TryGetValue<string>(out var s) || Regex.IsMatch(s, (string)rule!),
        "minLength" => value is not JsonValue text || !text.TryGetValue<string>(out var s) || s.Length >= (int)rule,
        "minimum" => Number(value) is not { } n || n >= (double)rule,
        "maximum" => Number(value) is not { } n || n <= (double)rule,
        "exclusiveMinimum" => Number(value) is not { } n || n > (double)rule,
        "exclusiveMaximum" => Number(value) is not { } n || n < (double)rule,
        "minItems" => value is not JsonArray list || list.Count >= (int)rule,
        "maxItems" => value is not JsonArray list || list.Count <= (int)rule,
        "items" => value is not JsonArray list || list.All(item => Accepts(rule.AsObject(), item)),
        "required" => value is not JsonObject map || rule.AsArray().All(name => map.ContainsKey((string)name!)),
        "properties" => value is not JsonObject map
            || map.All(entry => rule[entry.Key] is not JsonObject inner || Accepts(inner, entry.Value)),
        "additionalProperties" => value is not JsonObject map
            || map.All(entry => ((JsonObject)schema["properties"]!).ContainsKey(entry.Key)),
        "anyOf" => rule.AsArray().Any(inner => Accepts(inner!.AsObject(), value)),
        "allOf" => rule.AsArray().All(inner => Accepts(inner!.AsObject(), value)),
        "if" => !Accepts(rule.AsObject(), value) || Accepts(schema["then"]!.AsObject(), value),
        _ => throw new NotSupportedException($"schema keyword {keyword}"),
    };

    private static bool Is(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value is JsonValue v && v.TryGetValue<string>(out _),
        "boolean" => value is JsonValue v && v.TryGetValue<bool>(out _),
        "number" => Number(value) is not null,
        "integer" => Number(value) is { } n && n == Math.Floor(n),
        _ => throw new NotSupportedException($"schema type {type}"),
    };

    private static double? Number(JsonNode? value) => value is JsonValue v && v.TryGetValue<double>(out var n) ? n : null;
}
