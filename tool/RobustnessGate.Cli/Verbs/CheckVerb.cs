using System.CommandLine;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Hosting.Capture;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>check</c>: evaluates the policy's model, compares with the baseline, writes reports, decides.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var policy = Options.Policy();
        var output = Options.Output();
        var format = Options.Formats(ReportSection.KnownFormats, "Report to write, repeatable (default: the policy's).");
        var baseline = Options.Text("--baseline", "PATH|git:REF|auto|none", "What to compare with (default: the policy's file): git:REF holds the change to the judge at its merge base with REF, auto does so in a pull request; none judges floors alone, with a warning.", null);
        var device = Options.Device();
        var threads = Options.Whole("--threads", "Threads of the tensor library (default 1).", 1);
        var batchSize = Options.Whole("--batch-size", "Samples that the network sees at once (default 64).", 1);
        var seed = Options.Whole("--seed", "Root of all randomness (default: the policy's).", 0L);
        var maxSamples = Options.Whole("--max-samples", "Upper limit of the number of samples.", 1);
        var saveAdversarial = new Option<bool>("--save-adversarial") { Description = "Keep the judged points as NPY files in the output folder." };
        var timeout = Options.Duration("--timeout", "Stop the evaluation after this long.");
        var inProcess = new Option<bool>("--in-process") { Description = "Evaluate in this process, for debugging: a native crash then ends it without a report." };
        var verbosity = Options.Verbosity();
        var noColor = Options.NoColor();
        var whatIf = WhatIfMode.Option();
        var trace = new Option<string>("--trace-files") { HelpName = "DIR", Hidden = true };
        var command = new Command("check", "Evaluates the policy's model, compares it with the baseline, writes reports, decides.")
        {
            policy, output, format, baseline, device, threads, batchSize, seed, maxSamples,
            saveAdversarial, timeout, inProcess, whatIf, verbosity, noColor, trace, BuildChannel.Option(),
        };
        command.Validators.Add(WhatIfMode.Refuse(whatIf, [baseline, seed, maxSamples, saveAdversarial, format]));
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(whatIf) is { Length: > 0 } changes)
            {
                return (int)WhatIfMode.Judge(parsed.GetRequiredValue(policy), parsed.GetRequiredValue(output), changes);
            }

            var screen = new Screen(parsed.GetValue(verbosity), parsed.GetValue(noColor));
            var formats = parsed.GetValue(format) ?? [];
            var request = new CheckRequest(
                parsed.GetRequiredValue(policy),
                parsed.GetRequiredValue(output),
                new PolicyOverrides(parsed.GetValue(seed), parsed.GetValue(device), parsed.GetValue(maxSamples)),
                [.. formats],
                TargetBranch.Resolve(parsed.GetValue(baseline), Environment.GetEnvironmentVariable),
                DateOnly.FromDateTime(DateTime.UtcNow))
            {
                Threads = parsed.GetValue(threads) ?? 1,
                BatchSize = parsed.GetValue(batchSize) ?? 64,
                SaveAdversarial = parsed.GetValue(saveAdversarial),
            };
            screen.Say($"robustness-gate {ToolVersion.Text}: {request.PolicyPath}");
            using var interruption = new Interruption();
            var outcome = parsed.GetValue(inProcess)
                ? CheckHere(request, parsed.GetValue(timeout), screen, interruption.Token)
                : CheckApart(request, parsed.GetValue(timeout), screen, interruption.Token);
            Report(outcome, request.PolicyPath, FindingChannel.Of(parsed));
            if (parsed.GetValue(trace) is { } traceFolder)
            {
                outcome.Trace.Write(traceFolder);
            }

            return (int)outcome.ExitCode;
        });
        return command;
    }

    /// <summary>Tells the outcome where the command line and the policy want it told.</summary>
    private static void Report(CheckOutcome outcome, string policyPath, FindingChannel channel)
    {
        var isForWorkflow = outcome.Formats.Contains(WorkflowChannel.Format);
        var isOurs = isForWorkflow && !channel.IsMachine;
        if (isOurs)
        {
            // The policy asked for it, and nobody but us knows: whoever started the tool opens and closes what the command line asks for.
            channel = new WorkflowChannel();
            channel.Open();
        }

        Show(outcome, channel, file => Places.Shown(policyPath, file));
        if (isForWorkflow && WorkflowChannel.AddToSummary(limit => CheckReport.MarkdownWithin(outcome.Results, limit)) is { } unwritten)
        {
            channel.Report([unwritten]);
        }

        if (isOurs)
        {
            channel.Close();
        }
    }

    /// <summary>The result on stdout. Where nothing was measured there is none, only what stopped it.</summary>
    private static void Show(CheckOutcome outcome, FindingChannel channel, Func<string, string> show)
    {
        var measured = outcome.Results.Natural is not null;
        if (channel.IsMachine || !measured)
        {
            channel.Report(outcome.Results.Gate.Findings.Select(
                finding => (finding with { File = finding.File is { } file ? show(file) : null }).ToFinding()));
        }

        if (measured)
        {
            Streams.Out.Write(TerminalSummary.Render(outcome.Results, show));
            Streams.Out.WriteLine($"report: {outcome.Report}");
        }
    }

    private static CheckOutcome CheckHere(CheckRequest request, TimeSpan? timeout, Screen screen, CancellationToken cancel)
    {
        var watch = screen.Observer();
        using var capture = OutputCapture.Begin(LogOf(request), screen);
        var outcome = Check.Run(request, new InProcessHost(watch.Fact, watch.Progress, () => screen.Elapsed, timeout), cancel);
        screen.EndProgress();
        return outcome;
    }

    private static CheckOutcome CheckApart(CheckRequest request, TimeSpan? timeout, Screen screen, CancellationToken cancel)
    {
        ProcessInspection.Refuse();
        var printed = new OutputCollector();
        var child = SameExecutable.With(EvaluateVerb.Name, "--verbosity=" + Options.Word(screen.Verbosity));
        var outcome = Check.Run(request, new ChildProcessHost(child, timeout, screen.Observer(), printed), cancel);
        screen.EndProgress();
        CapturedOutputView.Show(
            printed.Collected(), LogOf(request), screen, died: outcome.Results.Gate.Findings.Any(finding => finding.Code is "RG0904" or "RG0912"));
        return outcome;
    }

    private static string LogOf(CheckRequest request) => Path.Combine(request.OutputDirectory, ReportFiles.CapturedOutput);
}
