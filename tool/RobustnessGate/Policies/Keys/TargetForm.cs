using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary><c>none</c>, <c>least-likely</c>, a class number, or an integer NPY file of one class per sample.</summary>
internal sealed class TargetForm : Form<Target>
{
    public override string Words => "none, least-likely, a class number (0, 1, …) or a .npy file of one class per sample";

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["enum"] = new JsonArray("none", "least-likely") },
            new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = int.MaxValue },
            new JsonObject { ["type"] = "string", ["pattern"] = @"\.npy$" }),
    };

    public override JsonNode? ToJson(Target value) => value switch
    {
        Target.None => "none",
        Target.LeastLikely => "least-likely",
        Target.Class(var label) => label,
        Target.File(var path) => path,
        _ => throw new ArgumentException($"unknown target {value}"),
    };

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out Target value)
    {
        value = node switch
        {
            ScalarNode { Text: "none" } => new Target.None(),
            ScalarNode { Text: "least-likely" } => new Target.LeastLikely(),
            ScalarNode { Plain: true, Text: var text } when Label(text) is { } label => new Target.Class(label),
            ScalarNode { Text: var text } when text.EndsWith(".npy", StringComparison.Ordinal) && !text.Any(char.IsControl) =>
                new Target.File(Path.GetFullPath(text, reading.Directory)),
            _ => null,
        };
        return value is not null || RefuseKind(node, reading, node is ScalarNode { Text: var given }
            && Nearest.To(given, ["none", "least-likely"]) is { } near ? $" Did you mean '{near}'?" : "");
    }

    private static int? Label(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var label)
        && text == label.ToString(CultureInfo.InvariantCulture) ? label : null;
}
