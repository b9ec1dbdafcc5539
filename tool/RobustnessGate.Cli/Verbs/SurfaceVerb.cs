using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Reports;
using RobustnessGate.Surfaces;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>surface MODEL</c>: decision and loss surfaces around samples, or over weights, of one model or two.</summary>
internal static class SurfaceVerb
{
    public static Command Create()
    {
        var options = new SurfaceOptions();
        var verbosity = Options.Verbosity();
        var command = new Command("surface", "Draws decision and loss surfaces around samples, or over the weights, of one model or two.");
        options.AddTo(command);
        command.Add(verbosity);
        command.SetAction(parsed =>
        {
            var output = parsed.GetRequiredValue(options.Output);
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            using var capture = OutputCapture.BeginAnew(Path.Combine(output, ReportFiles.CapturedOutput), screen);
            var parts = Survey.Run(options.Read(parsed), line => screen.Say(line), interruption.Token);
            var folder = OutputFolder.At(output);
            foreach (var (name, text) in SurfacePage.Render(parts))
            {
                Streams.Out.WriteLine($"wrote {folder.Write(name, text)}");
            }

            return (int)ExitCode.Passed;
        });
        return command;
    }
}
