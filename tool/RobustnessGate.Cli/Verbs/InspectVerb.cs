using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>inspect MODEL</c>: what was understood of a model, and of data, with the usual mistakes pointed out.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var model = new ModelOptions("Samples to measure natural accuracy on (default 1000, or the policy's).");
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("inspect", "Says what is understood of a model, and of data, and points out the usual mistakes.");
        model.AddTo(command);
        command.Add(json);
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var inspection = Inspect.Run(model.Read(parsed), interruption.Token);
            Console.Out.Write(parsed.GetValue(json) ? inspection.ToJson() : Words(inspection));
            return (int)inspection.ExitCode;
        });
        return command;
    }

    private static string Words(Inspection inspection) => string.Concat(
        OverviewText.Lines(inspection.Overview)
            .Concat(inspection.Findings.Where(finding => finding.Code != "RG0418").Select(finding => finding.ToString()))
            .Select(line => line + Console.Out.NewLine));
}
