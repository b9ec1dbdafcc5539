using System.CommandLine;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>schema</c>: the JSON schema of the policy, for editors.</summary>
internal static class SchemaVerb
{
    public static Command Create()
    {
        var command = new Command("schema", "Prints the JSON schema of the policy: robustness-gate schema > robustness.schema.json.");
        command.SetAction(_ =>
        {
            Console.Out.Write(PolicySchema.Render());
            return (int)ExitCode.Passed;
        });
        return command;
    }
}
