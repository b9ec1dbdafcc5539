using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
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
        OnTable(
            "table1", "Table 1: accuracy under attack of networks trained in different ways.", Table1.Description,
            PaperTable.Run, PaperTableText.Render),
        OnTable(
            "table2", "Table 2: the same on CIFAR-10.", Table2.Description,
            PaperTable.Run, PaperTableText.Render),
        OnTable(
            "section4.3", "Section 4.3: geometry of a natural and a min-max trained network.", Table1.Description,
            (cells, _) => GeometrySections.Run(cells, MnistRow.MinMax), cells => GeometrySections.Render(cells, MnistRow.MinMax)),
        OnTable(
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

    private static Command OnTable(
        string name, string description, PaperTable table, Action<PaperCells, IReadOnlyCollection<string>> run, Func<PaperCells, string> render)
    {
        var data = Options.Text("--data", "PATH", table.Data.Where, $"data/{table.Data.Name}");
        var output = Options.Text("--output", "DIR", "Folder for the page and the networks.", "artifacts/reproduction", "-o");
        var work = Options.Text("--work", "DIR", "Folder for checkpoints and measurements.", "artifacts/reproduction/work");
        var quick = new Option<bool>("--quick") { Description = "Minutes instead of hours; the figures only show that it works." };
        var row = new Option<string[]>("--row") { HelpName = "KEY", Description = "Work on this row alone, repeatable.", AllowMultipleArgumentsPerToken = false };
        row.AcceptOnlyFromAmong([.. table.Rows.Select(row => row.Key)]);
        var only = new Option<string?>("--only") { HelpName = "PART", Description = "Only train, or only measure the networks in the output folder." };
        only.AcceptOnlyFromAmong("train", "measure");
        var verbosity = Options.Verbosity();
        var command = new Command(name, description) { data, output, work, quick, row, only, verbosity };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            var isQuick = parsed.GetValue(quick);
            var folder = Path.Combine(parsed.GetRequiredValue(output), isQuick ? "quick" : "");
            using var capture = OutputCapture.BeginAnew(Path.Combine(folder, ReportFiles.CapturedOutput), screen);
            var cells = new PaperCells(table, new(
                parsed.GetRequiredValue(data), Path.Combine(parsed.GetRequiredValue(work), table.Folder, isQuick ? "quick" : "full"),
                Path.Combine(folder, table.Folder), isQuick,
                () => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, line => screen.Say(line), interruption.Token)
            {
                Trains = parsed.GetValue(only) != "measure",
                Measures = parsed.GetValue(only) != "train",
            });
            run(cells, parsed.GetValue(row) ?? []);
            var page = Path.Combine(folder, $"{name}.md");
            AtomicFile.Write(page, ReproductionPage.Render(
                description, $"dotnet robustness-gate reproduce {name}{(isQuick ? " --quick" : "")} --data PATH/{table.Data.Name}", Machine, cells, render(cells)));
            Streams.Out.Write(render(cells));
            Streams.Out.WriteLine($"wrote {page}");
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static string Machine => FormattableString.Invariant(
        $"{(OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : "macOS")}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores");
}
