using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Samples;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>data fetch NAME</c>: downloads a public data set and checks it.</summary>
internal static class DataVerb
{
    public static Command Create() => new("data", "Gets data to evaluate with.")
    {
        Fetch(),
    };

    private static Command Fetch()
    {
        var name = new Argument<string>("NAME") { Description = $"One of: {string.Join(", ", PublicData.All.Select(data => data.Name))}." };
        var output = Options.Text("--output", "DIR", "Folder for the files (default: data/NAME).", null, "-o");
        var verbosity = Options.Verbosity();
        var command = new Command("fetch", "Downloads a public data set and checks its SHA-256.") { name, output, verbosity };
        command.SetAction(parsed =>
        {
            var data = PublicData.Find(parsed.GetRequiredValue(name));
            var folder = parsed.GetValue(output) ?? Path.Combine("data", data.Name);
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            using var http = DataFetch.Client();
            var files = new DataFetch(http, Announce(screen)).Run(data, folder, interruption.Token).GetAwaiter().GetResult();
            foreach (var file in files)
            {
                Console.Out.WriteLine(Path.Combine(folder, file));
            }

            return (int)ExitCode.Passed;
        });
        return command;
    }

    /// <summary>A line for each file and each tenth of it.</summary>
    private static Action<FetchProgress> Announce(Screen screen)
    {
        var last = ("", -1L);
        return progress =>
        {
            var now = (progress.File, 10 * progress.Bytes / progress.Total);
            if (now != last)
            {
                screen.Say(FormattableString.Invariant($"{progress.File}  {10 * now.Item2} % of {progress.Total / 1e6:F1} MB"));
                last = now;
            }
        };
    }
}
