using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>inspect MODEL</c>: what was understood of a model, and of data, with the usual mistakes pointed out.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var model = new ModelOptions("Samples to measure natural accuracy on (default 1000, or the policy's).");
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var verbosity = Options.Verbosity();
        var command = new Command("inspect", "Says what is understood of a model, and of data, and points out the usual mistakes.");
        model.AddTo(command);
        command.Add(json);
        command.Add(verbosity);
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            using var capture = OutputCapture.Begin(log: null, new Screen(parsed.GetValue(verbosity), noColor: true));
            var inspection = Inspect.Run(model.Read(parsed), interruption.Token);
            Streams.Out.Write(parsed.GetValue(json) ? inspection.ToJson() : Words(inspection));
            return (int)inspection.ExitCode;
        });
        return command;
    }

    private static string Words(Inspection inspection) => string.Concat(
        OverviewText.Lines(inspection.Overview)
            .Concat(inspection.Findings.Where(finding => finding.Code != "RG0418").Select(finding => finding.ToString()))
            .Select(line => line + Streams.Out.NewLine));
}
