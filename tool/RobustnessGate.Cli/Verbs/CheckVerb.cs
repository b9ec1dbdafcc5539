using System.Collections.Immutable;
using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>check</c>: evaluates the policy's model, compares with the baseline, writes reports, decides.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var policy = Options.Policy();
        var output = Options.Output();
        var format = Formats();
        var baseline = Options.Baseline("PATH|none", "What to compare with (default: the policy's file); none judges floors alone, with a warning.");
        var device = Options.Device();
        var threads = Options.Whole("--threads", "Threads of the tensor library (default 1).", 1);
        var batchSize = Options.Whole("--batch-size", "Samples that the network sees at once (default 64).", 1);
        var seed = Options.Whole("--seed", "Root of all randomness (default: the policy's).", long.MinValue);
        var maxSamples = Options.Whole("--max-samples", "Upper limit of the number of samples.", 1);
        var saveAdversarial = new Option<bool>("--save-adversarial") { Description = "Keep the judged points as NPY files in the output folder." };
        var timeout = Options.Duration("--timeout", "Stop the evaluation after this long.");
        var inProcess = new Option<bool>("--in-process") { Description = "Evaluate in this process, for debugging: a native crash then ends it without a report." };
        var verbosity = Options.Verbosity();
        var noColor = Options.NoColor();
        var command = new Command("check", "Evaluates the policy's model, compares it with the baseline, writes reports, decides.")
        {
            policy, output, format, baseline, device, threads, batchSize, seed, maxSamples,
            saveAdversarial, timeout, inProcess, verbosity, noColor,
        };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), parsed.GetValue(noColor));
            var request = new CheckRequest(
                parsed.GetRequiredValue(policy),
                parsed.GetRequiredValue(output),
                new PolicyOverrides(parsed.GetValue(seed), parsed.GetValue(device), parsed.GetValue(maxSamples)),
                [.. parsed.GetValue(format) ?? []],
                parsed.GetValue(baseline),
                parsed.GetValue(threads) ?? 1,
                parsed.GetValue(batchSize) ?? 64,
                parsed.GetValue(saveAdversarial));
            screen.Say($"robustness-gate {Check.ToolVersion}: {request.PolicyPath}");
            using var interruption = new Interruption();
            var outcome = Check.Run(
                request, Host(parsed.GetValue(inProcess), parsed.GetValue(timeout), screen), interruption.Token);
            Show(outcome, file => Places.Shown(request.PolicyPath, file));
            return (int)outcome.ExitCode;
        });
        return command;
    }

    /// <summary>The result on stdout. Where nothing was measured there is none, and what stopped it goes to stderr.</summary>
    private static void Show(CheckOutcome outcome, Func<string, string> show)
    {
        if (outcome.Results.Natural is null)
        {
            Screen.Report(outcome.Results.Gate.Findings.Select(
                finding => (finding with { File = finding.File is { } file ? show(file) : null }).ToFinding()));
            return;
        }

        Console.Out.Write(TerminalSummary.Render(outcome.Results, show));
        Console.Out.WriteLine($"report: {outcome.Report}");
    }

    private static IEvaluationHost Host(bool inProcess, TimeSpan? timeout, Screen screen)
    {
        if (inProcess)
        {
            var view = screen.Progress();
            return new InProcessHost(fact => view?.Show(fact), progress => view?.Show(progress), () => screen.Elapsed, timeout);
        }

        return new ChildProcessHost(SameExecutable(screen), timeout);
    }

    /// <summary>This executable again, with the hidden verb. Under <c>dotnet tool.dll</c> the process is dotnet itself.</summary>
    private static ChildCommand SameExecutable(Screen screen)
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this process is unknown");
        var ours = Environment.GetCommandLineArgs()[0];
        var isDotnet = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new ChildCommand(host,
        [
            .. isDotnet ? ImmutableArray.Create(ours) : [],
            EvaluateVerb.Name,
            "--verbosity=" + Options.Word(screen.Verbosity),
            .. screen.NoColor ? ImmutableArray.Create("--no-color") : [],
        ]);
    }

    private static Option<string[]> Formats()
    {
        var option = new Option<string[]>("--format", "-f")
        {
            HelpName = string.Join('|', ReportSection.KnownFormats),
            Description = "Report to write, repeatable (default: the policy's).",
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !ReportSection.KnownFormats.Contains(token.Value)))
            {
                result.AddError($"--format must be {string.Join(" or ", ReportSection.KnownFormats)}, not '{token.Value}'.");
            }
        });
        return option;
    }
}
