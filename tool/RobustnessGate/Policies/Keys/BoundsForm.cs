using System.Collections.Immutable;
using System.Text.Json.Nodes;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary>
/// <c>[low, high]</c> for all features, a list of such for each feature or channel, or <c>none</c> (empty) where the
/// data give a region per sample.
/// </summary>
internal sealed class BoundsForm : Form<ImmutableArray<Bounds>>
{
    private static readonly NumberForm Number = new();

    public override string Words => "[low, high], a list of such for every feature, or none";

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            PairSchema(),
            new JsonObject { ["type"] = "array", ["items"] = PairSchema(), ["minItems"] = 1 },
            new JsonObject { ["const"] = "none" }),
    };

    public override JsonNode? ToJson(ImmutableArray<Bounds> value) =>
        new JsonArray([.. value.Select(bounds => new JsonArray(bounds.Low, bounds.High))]);

    protected override bool TryReadValue(Node node, Reading reading, out ImmutableArray<Bounds> value)
    {
        value = [];
        if (node is ScalarNode { Text: "none" })
        {
            return true;
        }

        if (node is not SequenceNode { Items: var items })
        {
            return RefuseKind(node, reading);
        }

        var pairs = items.All(item => item is SequenceNode) ? items : [node];
        var read = pairs.Select(pair => Pair(pair, reading)).ToArray();
        value = [.. read.OfType<Bounds>()];
        return value.Length == read.Length;
    }

    private static JsonObject PairSchema() =>
        new() { ["type"] = "array", ["items"] = Number.Schema(), ["minItems"] = 2, ["maxItems"] = 2 };

    private Bounds? Pair(Node node, Reading reading)
    {
        if (node is not SequenceNode { Items: [var first, var second] })
        {
            RefuseKind(node, reading, " Two numbers are needed.");
            return null;
        }

        // Both are read before either can end this, so that both get their findings.
        if (!(Number.TryRead(first, reading, out var low) & Number.TryRead(second, reading, out var high)))
        {
            return null;
        }

        if (low < high && double.IsFinite(high - low))
        {
            return new Bounds(low, high);
        }

        reading.Refuse(Codes.OutOfRange, node, $"{node.Name}: the lower bound must be less than the upper one, by a finite amount.");
        return null;
    }
}
