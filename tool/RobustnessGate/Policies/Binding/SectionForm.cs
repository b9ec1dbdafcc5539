using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>A mapping with known keys.</summary>
/// <param name="build">Makes the value; called only where no key was refused. May refuse further by returning null.</param>
internal sealed class SectionForm<T>(IReadOnlyList<Key> keys, Func<Fields, T?> build) : Form<T>
    where T : class
{
    public override string Words => $"a mapping of the keys {string.Join(", ", keys.Select(key => key.Name))}";

    public override JsonObject Schema() => Section.Schema(keys);

    public override JsonNode? ToJson(T value) => null;

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        value = null;
        if (node is not MappingNode mapping)
        {
            return RefuseKind(node, reading);
        }

        var before = reading.Mistakes;
        var fields = Section.Read(mapping, keys, reading);
        value = reading.Mistakes == before ? build(fields) : null;
        if (value is null || reading.Mistakes != before)
        {
            return false;
        }

        reading.Understand(value);
        return true;
    }
}

/// <summary>What all mappings have in common.</summary>
internal static class Section
{
    /// <summary>Reads all known keys and refuses what is missing and what is unknown.</summary>
    /// <param name="judgeUnknown">Whether other keys than <paramref name="keys"/> are mistakes.</param>
    /// <param name="unknown">Says why a key that is not known here is a mistake; null, or a null answer, for the general words.</param>
    public static Fields Read(
        MappingNode mapping, IReadOnlyList<Key> keys, Reading reading,
        Func<ScalarNode, (string Code, string Message)?>? unknown = null, bool judgeUnknown = true)
    {
        var fields = new Fields(mapping, reading);
        var byName = keys.ToDictionary(key => key.Name, StringComparer.Ordinal);
        var meant = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in mapping.Entries)
        {
            if (byName.TryGetValue(entry.Key.Text, out var key))
            {
                if (key.TryRead(entry.Value, reading, out var value))
                {
                    fields.Set(key, value);
                }
            }
            else if (judgeUnknown)
            {
                var (code, message) = unknown?.Invoke(entry.Key) ?? (Codes.UnknownKey, Unknown(entry.Key, reading, byName.Keys, meant));
                reading.Refuse(code, entry.Key, message);
            }
        }

        // A misspelt key is one mistake, not two: it is not said to be missing as well.
        foreach (var key in keys.Where(key => key.Required && mapping.Find(key.Name) is null && !meant.Contains(key.Name)))
        {
            key.RefuseAbsence(mapping, reading);
        }

        return fields;
    }

    private static string Unknown(ScalarNode key, Reading reading, IReadOnlyCollection<string> known, HashSet<string> meant)
    {
        if (reading.IsFull)
        {
            return "";
        }

        if (Nearest.To(key.Text, known) is { } name)
        {
            meant.Add(name);
        }

        return $"unknown key {Quote.Of(key.Text)}.{Nearest.Hint(key.Text, known)}";
    }

    public static JsonObject Schema(IReadOnlyList<Key> keys)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)key.Schema()))),
        };
        var required = keys.Where(key => key.Required).Select(key => (JsonNode?)JsonValue.Create(key.Name)).ToArray();
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        return schema;
    }
}
