using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Gating;
using RobustnessGate.Training.Reproduction;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>reproduce NAME</c>: repeats a table or figure of the paper, or the quick start's networks, on local data.</summary>
internal static class ReproduceVerb
{
    public static Command Create() => new("reproduce", "Repeats trainings and tables on local data.")
    {
        QuickStart(),
    };

    private static Command QuickStart()
    {
        var data = Options.Text("--data", "DIR", "Folder with the quick start's IDX files.", "templates/quick-start");
        var output = Options.Text("--output", "DIR", "Folder for the networks.", "artifacts/reproduction/quick-start", "-o");
        var verbosity = Options.Verbosity();
        var command = new Command("quick-start", "Trains the two networks of the quick start again and prints their accuracies.")
        {
            data, output, verbosity,
        };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            var folder = parsed.GetRequiredValue(output);
            Console.Out.WriteLine(FormattableString.Invariant($"{"",-16}{"natural",12}{"pgd " + FormattableString.Invariant($"{QuickStartNetworks.Radius}"),12}"));
            foreach (var (file, _) in QuickStartNetworks.All)
            {
                var counts = QuickStartNetworks.Make(
                    file, parsed.GetRequiredValue(data), folder, report => screen.Say(TrainingProgress.Line(file, report)), interruption.Token);
                Console.Out.WriteLine(FormattableString.Invariant(
                    $"{file,-16}{counts.Natural,6} / {counts.Total}{counts.Robust,6} / {counts.Total}"));
            }

            Console.Out.WriteLine($"wrote {folder}");
            return (int)ExitCode.Passed;
        });
        return command;
    }
}
