using System.Text.Json.Nodes;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary>A mapping that another part of the tool reads.</summary>
internal sealed class OpaqueForm : Form<object>
{
    public override string Words => "a mapping";

    public override JsonObject Schema() => new() { ["type"] = "object" };

    public override JsonNode? ToJson(object value) => null;

    protected override bool TryReadValue(Node node, Reading reading, out object value)
    {
        value = node;
        return node is MappingNode || RefuseKind(node, reading);
    }
}
