using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>A list of values of one form; never empty.</summary>
/// <param name="alsoSingle">Whether a single value may stand for the list of it.</param>
internal sealed class ListForm<T>(Form<T> item, bool alsoSingle = false) : Form<ImmutableArray<T>>
{
    /// <summary>Bounds the work that a hostile file can cause; no sensible policy comes near.</summary>
    private const int Longest = 1000;

    public override string Words => alsoSingle ? $"{item.Words}, or a list of such" : $"a list, each {item.Words}";

    public override JsonObject Schema()
    {
        var list = new JsonObject
        {
            ["type"] = "array", ["items"] = item.Schema(), ["minItems"] = 1, ["maxItems"] = Longest,
        };
        return alsoSingle ? new JsonObject { ["anyOf"] = new JsonArray(item.Schema(), list) } : list;
    }

    public override JsonNode? ToJson(ImmutableArray<T> value) => new JsonArray([.. value.Select(item.ToJson)]);

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out ImmutableArray<T> value)
    {
        value = [];
        if (node is not SequenceNode { Items: var items })
        {
            if (alsoSingle && item.TryRead(node, reading, out var single))
            {
                value = [single];
                return true;
            }

            return !alsoSingle && RefuseKind(node, reading, node is ScalarNode ? " Write it in brackets: [ ]." : "");
        }

        if (items.Length > Longest)
        {
            reading.Refuse(Codes.OutOfRange, node, $"{node.Name} has {items.Length} items; at most {Longest} are read.");
            return false;
        }

        var values = ImmutableArray.CreateBuilder<T>(items.Length);
        foreach (var one in items)
        {
            if (item.TryRead(one, reading, out var read))
            {
                values.Add(read);
            }
        }

        value = values.ToImmutable();
        return values.Count == items.Length;
    }
}
