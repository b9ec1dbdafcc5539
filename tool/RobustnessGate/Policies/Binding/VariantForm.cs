using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>One kind of a mapping whose keys depend on what one of them says.</summary>
/// <param name="Names">Values of the selecting key that choose this kind.</param>
/// <param name="Keys">Keys besides those that all kinds have.</param>
/// <param name="Build">From the selecting value and the keys; called only where nothing was refused. Null after a refusal.</param>
internal sealed record Variant<T>(IReadOnlyList<string> Names, IReadOnlyList<Key> Keys, Func<string, Fields, T?> Build);

/// <summary>A mapping in which one key (an attack's <c>name</c>, a rule's <c>metric</c>) selects which others there are.</summary>
/// <param name="selector">The selecting key; its form knows all names of all variants.</param>
/// <param name="common">Keys that all variants have.</param>
internal sealed class VariantForm<T>(
    Key<string> selector, IReadOnlyList<Key> common, IReadOnlyList<Variant<T>> variants) : Form<T>
    where T : class
{
    public override string Words => $"a mapping with the key {selector.Name}";

    public override JsonObject Schema()
    {
        // What the name allows is in the conditions. The names of all keys are repeated here for editors that
        // complete from "properties" alone.
        var own = variants.SelectMany(variant => variant.Keys).Select(key => key.Name).Distinct();
        var properties = new JsonObject { [selector.Name] = selector.Schema() };
        foreach (var name in own)
        {
            properties[name] = new JsonObject();
        }

        foreach (var key in common)
        {
            properties[key.Name] = key.Schema();
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray([.. common.Where(key => key.Required).Select(key => key.Name).Prepend(selector.Name)]),
            ["properties"] = properties,
            ["additionalProperties"] = false,
            ["allOf"] = new JsonArray([.. variants.Select(Conditional)]),
        };
    }

    public override JsonNode? ToJson(T value) => null;

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        value = null;
        if (node is not MappingNode mapping)
        {
            return RefuseKind(node, reading);
        }

        var before = reading.Mistakes;
        var name = (mapping.Find(selector.Name) as ScalarNode)?.Text;
        var variant = variants.FirstOrDefault(candidate => candidate.Names.Contains(name));
        if (variant is null)
        {
            // Which other keys there are cannot be judged without knowing what they belong to.
            Section.Read(mapping, [selector, .. common], reading, judgeUnknown: false);
            return false;
        }

        var fields = Section.Read(mapping, [selector, .. common, .. variant.Keys], reading, key => Elsewhere(key, name!));
        value = reading.Mistakes == before ? variant.Build(name!, fields) : null;
        if (value is null || reading.Mistakes != before)
        {
            return false;
        }

        reading.Understand(value);
        return true;
    }

    private (string Code, string Message)? Elsewhere(ScalarNode key, string name)
    {
        var others = variants.Where(v => v.Keys.Any(k => k.Name == key.Text)).SelectMany(v => v.Names).ToArray();
        return others.Length == 0
            ? null
            : (Codes.NotApplicable, $"'{name}' has no '{key.Text}', so it would do nothing here; it belongs to {string.Join(", ", others)}. Remove it.");
    }

    private JsonNode Conditional(Variant<T> variant)
    {
        var then = Section.Schema(variant.Keys);
        var properties = then["properties"]!.AsObject();
        foreach (var key in common.Prepend(selector))
        {
            properties[key.Name] = true; // described once, above
        }

        return new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject
                {
                    [selector.Name] = new JsonObject { ["enum"] = new JsonArray([.. variant.Names.Select(n => JsonValue.Create(n))]) },
                },
                ["required"] = new JsonArray(selector.Name),
            },
            ["then"] = then,
        };
    }
}
