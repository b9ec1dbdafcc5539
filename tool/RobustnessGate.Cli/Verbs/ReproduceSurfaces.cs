using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Reports;
using RobustnessGate.Reproduction;

namespace RobustnessGate.Cli.Verbs;

/// <summary>The parts of <c>reproduce</c> that look at networks already trained.</summary>
internal static class ReproduceSurfaces
{
    /// <summary>What a part is given to work with.</summary>
    /// <param name="Typed">The command, without what differs from machine to machine.</param>
    private sealed record Look(MnistGallery Gallery, PaperRow Robust, string Typed, Action<string> Say);

    public static Command Study() => OnNetworks(
        "surfaces", "Sections 2 to 4 as numbers: plateaus in input and parameter space, and blank areas.", "artifacts/reproduction",
        look =>
        {
            var study = SurfaceStudy.Run(look.Gallery, look.Robust, look.Say);
            Streams.Out.Write(study);
            return [("surfaces.md", $"# Decision surfaces of a natural and a robust network\n\n```console\n{look.Typed}\n```\n\n{study}")];
        });

    /// <summary>Each figure, and all of them with a page.</summary>
    public static IEnumerable<Command> Figures() =>
    [
        .. PaperFigure.All.Select(figure => OnNetworks(
            figure.Name, FormattableString.Invariant($"Figure {figure.Number} as SVG."), "artifacts/reproduction/figures", look => Drawn(figure, look))),
        OnNetworks("figures", "All figures, and a page that shows them.", "artifacts/reproduction/figures", All),
    ];

    private static IEnumerable<(string File, string Text)> All(Look look)
    {
        var names = new List<(PaperFigure, IReadOnlyList<string>)>();
        foreach (var figure in PaperFigure.All)
        {
            var files = Drawn(figure, look).ToArray();
            names.Add((figure, [.. files.Select(file => file.File)]));
            foreach (var file in files)
            {
                yield return file;
            }
        }

        yield return ("README.md", PaperFigure.Page(names, look.Robust, look.Typed));
    }

    private static IEnumerable<(string File, string Text)> Drawn(PaperFigure figure, Look look)
    {
        look.Say(figure.Name);
        return figure.Draw(look.Gallery, look.Robust).Select(picture => ($"{figure.Name}{picture.Suffix}.svg", picture.Svg));
    }

    /// <param name="files">Names and contents, written as they come.</param>
    private static Command OnNetworks(string name, string description, string folder, Func<Look, IEnumerable<(string File, string Text)>> files)
    {
        var data = Options.Text("--data", "DIR", "Folder with the MNIST files.", "data/mnist");
        var networks = Options.Text("--networks", "DIR", "Folder with the trained networks.", "docs/reproduction/mnist");
        var robust = Options.Text("--robust", "KEY", "The network beside the natural one.", MnistRow.Ours.Key);
        robust.AcceptOnlyFromAmong([.. MnistRow.All.Where(row => row != MnistRow.Natural).Select(row => row.Key)]);
        var output = Options.Text("--output", "DIR", "Folder for what is written.", folder, "-o");
        var verbosity = Options.Verbosity();
        var command = new Command(name, description) { data, networks, robust, output, verbosity };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            using var capture = OutputCapture.BeginAnew(Path.Combine(parsed.GetRequiredValue(output), ReportFiles.CapturedOutput), screen);
            using var gallery = new MnistGallery(parsed.GetRequiredValue(data), parsed.GetRequiredValue(networks), interruption.Token);
            var key = parsed.GetRequiredValue(robust);
            var typed = $"dotnet robustness-gate reproduce {name}{(key == MnistRow.Ours.Key ? "" : $" --robust {key}")} --data DIR";
            var look = new Look(
                gallery, MnistRow.All.Single(row => row.Key == key), typed, line => screen.Say(line));
            foreach (var (file, text) in files(look))
            {
                var path = Path.Combine(parsed.GetRequiredValue(output), file);
                AtomicFile.MakeFolder(path);
                AtomicFile.Write(path, text);
                Streams.Out.WriteLine($"wrote {path}");
            }

            return (int)ExitCode.Passed;
        });
        return command;
    }
}
