using System.CommandLine;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hardening;
using RobustnessGate.Regimes;
using RobustnessGate.Reports;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>harden</c>: trains the policy's model with a regime and writes it back in its format.</summary>
internal static class HardenVerb
{
    public static Command Create()
    {
        var policy = Options.Policy();
        var output = Options.Output();
        var regime = Options.Text("--regime", "NAME", "Regime with its default parameters instead of the policy's.", null);
        regime.AcceptOnlyFromAmong([.. RegimeCatalog.All.Select(candidate => candidate.Name)]);
        var epochs = Options.Whole("--epochs", "Instead of the policy's.", 1);
        var device = Options.Device();
        var threads = Options.Whole("--threads", "Threads of the tensor library (default 1).", 1);
        var seed = Options.Whole("--seed", "Root of all randomness (default: the policy's).", 0L);
        var verbosity = Options.Verbosity();
        var command = new Command("harden", "Trains the policy's model with a regime, writes it back, and compares before with after.")
        {
            policy, output, regime, epochs, device, threads, seed, verbosity, BuildChannel.Option(),
        };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            // Of its own name: the folder is also that of the last check.
            using var capture = OutputCapture.BeginAnew(
                Path.Combine(parsed.GetRequiredValue(output), "harden-" + ReportFiles.CapturedOutput), screen);
            var outcome = Harden.Run(
                new(
                    parsed.GetRequiredValue(policy), parsed.GetRequiredValue(output), parsed.GetValue(regime),
                    parsed.GetValue(epochs), parsed.GetValue(device), parsed.GetValue(threads) ?? 1,
                    parsed.GetValue(seed)),
                report => screen.Say(TrainingProgress.Line("", report)), line => screen.Say(line), interruption.Token);
            Streams.Out.Write(outcome.Table);
            Streams.Out.WriteLine($"wrote {outcome.Model}; report: {outcome.Report}");
            return (int)ExitCode.Passed;
        });
        return command;
    }
}
