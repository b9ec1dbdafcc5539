using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Reports;
using RobustnessGate.Reproduction;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>reproduce NAME</c>: repeats a table or figure of the paper, or the quick start's networks, on local data.</summary>
internal static class ReproduceVerb
{
    public static Command Create()
    {
        var command = new Command("reproduce", "Repeats trainings, tables and figures on local data.");
        foreach (var part in Parts())
        {
            command.Add(part);
        }

        return command;
    }

    private static IEnumerable<Command> Parts() =>
    [
        QuickStart(),
        ReproduceTable.Create(
            "table1", "Table 1: accuracy under attack of networks trained in different ways.", Table1.Description,
            PaperTable.Run, PaperTableText.Render),
        ReproduceTable.Create(
            "table2", "Table 2: the same on CIFAR-10.", Table2.Description,
            PaperTable.Run, PaperTableText.Render),
        ReproduceTable.Create(
            "section4.3", "Section 4.3: geometry of a natural and a min-max trained network.", Table1.Description,
            (cells, _) => GeometrySections.Run(cells, MnistRow.MinMax), cells => GeometrySections.Render(cells, MnistRow.MinMax)),
        ReproduceTable.Create(
            "section5.3", "Section 5.3: geometry of a natural and a regularised network.", Table1.Description,
            (cells, _) => GeometrySections.Run(cells, MnistRow.Ours), cells => GeometrySections.Render(cells, MnistRow.Ours)),
        ReproduceSurfaces.Study(),
        .. ReproduceSurfaces.Figures(),
    ];

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
            using var capture = OutputCapture.BeginAnew(Path.Combine(folder, ReportFiles.CapturedOutput), screen);
            Streams.Out.WriteLine(FormattableString.Invariant($"{"",-16}{"natural",12}{"pgd " + FormattableString.Invariant($"{QuickStartNetworks.Radius}"),12}"));
            foreach (var (file, _) in QuickStartNetworks.All)
            {
                var counts = QuickStartNetworks.Make(
                    file, parsed.GetRequiredValue(data), folder, report => screen.Say(TrainingProgress.Line(file + "  ", report)), interruption.Token);
                Streams.Out.WriteLine(FormattableString.Invariant(
                    $"{file,-16}{counts.Natural,6} / {counts.Total}{counts.Robust,6} / {counts.Total}"));
            }

            Streams.Out.WriteLine($"wrote {folder}");
            return (int)ExitCode.Passed;
        });
        return command;
    }
}
