using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Keys;

namespace RobustnessGate.Policies;

/// <summary>
/// The JSON schema of <c>robustness.yml</c>, for editors. It is made from the same keys that <see cref="PolicyReader"/>
/// reads, so that the two cannot drift apart; what only the reader can check (rules against attacks) it leaves out.
/// </summary>
internal static class PolicySchema
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Draft 2020-12, indented, with a final newline; the same text on every machine.</summary>
    public static string Render()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "RobustnessGate policy (robustness.yml)",
        };
        foreach (var (name, value) in Section.Schema(PolicyKeys.All).ToArray())
        {
            schema[name] = value!.DeepClone();
        }

        return schema.ToJsonString(Layout) + "\n";
    }
}
