using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Reports;
using RobustnessGate.Reproduction;

namespace RobustnessGate.Cli.Verbs;

/// <summary>The parts of <c>reproduce</c> that train and measure the networks of a table.</summary>
internal sealed class ReproduceTable
{
    private readonly PaperTable _table;
    private readonly Option<string> _data;
    private readonly Option<string> _output = Options.Text("--output", "DIR", "Folder for the page and the networks.", "artifacts/reproduction", "-o");
    private readonly Option<string> _work = Options.Text("--work", "DIR", "Folder for checkpoints and measurements.", "artifacts/reproduction/work");
    private readonly Option<bool> _quick = new("--quick") { Description = "Minutes instead of hours; the figures only show that it works." };
    private readonly Option<string[]> _row = new("--row") { HelpName = "KEY", Description = "Work on this row alone, repeatable.", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _only = new("--only") { HelpName = "PART", Description = "Only train, or only measure the networks in the output folder." };

    private ReproduceTable(PaperTable table)
    {
        _table = table;
        _data = Options.Text("--data", table.Data.Kind, table.Data.Description, table.Data.Usual);
        _row.AcceptOnlyFromAmong([.. table.Rows.Select(row => row.Key)]);
        _only.AcceptOnlyFromAmong("train", "measure");
    }

    /// <param name="run">Makes what is missing of the rows with the given keys, or of all where none is given.</param>
    /// <param name="render">The page's body in Markdown, of what is on disk.</param>
    public static Command Create(
        string name, string description, PaperTable table, Action<PaperCells, IReadOnlyCollection<string>> run, Func<PaperCells, string> render)
    {
        var options = new ReproduceTable(table);
        var verbosity = Options.Verbosity();
        var command = new Command(name, description)
        {
            options._data, options._output, options._work, options._quick, options._row, options._only, verbosity,
        };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            var quick = parsed.GetValue(options._quick);
            var folder = Path.Combine(parsed.GetRequiredValue(options._output), quick ? "quick" : "");
            using var capture = OutputCapture.BeginAnew(Path.Combine(folder, ReportFiles.CapturedOutput), screen);
            var cells = new PaperCells(table, options.Workshop(parsed, folder, line => screen.Say(line), interruption.Token));
            run(cells, parsed.GetValue(options._row) ?? []);
            var page = Path.Combine(folder, $"{name}.md");
            AtomicFile.Write(page, ReproductionPage.Render(
                description, $"dotnet robustness-gate reproduce {name}{(quick ? " --quick" : "")} --data {table.Data.Kind}", Machine, cells, render(cells)));
            Streams.Out.Write(render(cells));
            Streams.Out.WriteLine($"wrote {page}");
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private Workshop Workshop(ParseResult parsed, string folder, Action<string> say, CancellationToken cancellation)
    {
        var (quick, only) = (parsed.GetValue(_quick), parsed.GetValue(_only));
        var work = Path.Combine(parsed.GetRequiredValue(_work), _table.Folder, quick ? "quick" : "full");
        return new(
            parsed.GetRequiredValue(_data), work, Path.Combine(folder, _table.Folder), quick,
            () => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, say, cancellation)
        {
            Trains = only != "measure",
            Measures = only != "train",
        };
    }

    private static string Machine => FormattableString.Invariant(
        $"{(OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : "macOS")}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores");
}
