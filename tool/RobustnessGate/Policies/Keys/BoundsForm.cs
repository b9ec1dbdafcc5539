using System.Text.Json.Nodes;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary><c>[low, high]</c>, or <c>none</c> (null) where the data give a region per sample.</summary>
internal sealed class BoundsForm : Form<Bounds?>
{
    private static readonly NumberForm Number = new();

    public override string Words => "[low, high], or none";

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "array", ["items"] = Number.Schema(), ["minItems"] = 2, ["maxItems"] = 2 },
            new JsonObject { ["const"] = "none" }),
    };

    public override JsonNode? ToJson(Bounds? value) =>
        value is { } bounds ? new JsonArray(bounds.Low, bounds.High) : "none";

    protected override bool TryReadValue(Node node, Reading reading, out Bounds? value)
    {
        value = null;
        if (node is ScalarNode { Text: "none" })
        {
            return true;
        }

        if (node is not SequenceNode { Items: [var first, var second] })
        {
            return RefuseKind(node, reading, node is SequenceNode ? " Two numbers are needed." : "");
        }

        // Both are read before either can end this, so that both get their findings.
        var both = Number.TryRead(first, reading, out var low) & Number.TryRead(second, reading, out var high);
        if (both && !(low < high && double.IsFinite(high - low)))
        {
            reading.Refuse(Codes.OutOfRange, node, $"{node.Name}: the lower bound must be less than the upper one, by a finite amount.");
            both = false;
        }

        value = new Bounds(low, high);
        return both;
    }
}
