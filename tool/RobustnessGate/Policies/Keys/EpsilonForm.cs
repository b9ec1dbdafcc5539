using System.Text.Json.Nodes;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary>A radius in raw input units, or <c>box</c>: the per-sample region of the data.</summary>
internal sealed class EpsilonForm : Form<Epsilon>
{
    private const string Why = "An attack without a radius changes nothing and would always pass. Write a number or a fraction such as 8/255.";

    private static readonly NumberForm Number = new(new PositiveAttribute()) { RangeCode = Codes.Radius, RangeWhy = Why };

    public EpsilonForm() => Absence = (Codes.Radius, Why);

    public override string Words => "a number greater than 0, a fraction such as 8/255, or box";

    public override JsonObject Schema()
    {
        var schema = Number.Schema();
        schema["anyOf"]!.AsArray().Add(new JsonObject { ["const"] = Epsilon.Box.Text });
        return schema;
    }

    public override JsonNode? ToJson(Epsilon value) => value.IsBox ? value.Text : value.Value;

    protected override bool TryReadValue(Node node, Reading reading, out Epsilon value)
    {
        value = Epsilon.Box;
        if (node is ScalarNode { Text: "box" })
        {
            return true;
        }

        var read = Number.TryRead(node, reading, out var radius);
        value = Epsilon.Of(radius);
        return read;
    }
}
