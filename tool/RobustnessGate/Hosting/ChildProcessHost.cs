using System.Collections.Immutable;
using System.Diagnostics;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting.Capture;
using RobustnessGate.Results;

namespace RobustnessGate.Hosting;

/// <summary>How to start the evaluation process; the paths of the request and of the records file and the pipe for observations are appended.</summary>
internal sealed record ChildCommand(string FileName, ImmutableArray<string> Arguments)
{
    /// <summary>Variables of a second start, by what was wrong in the first, whose child asked for it.</summary>
    public Func<string, IEnumerable<KeyValuePair<string, string>>> SecondStart { get; init; } = _ => [];
}

/// <summary>
/// Evaluates in a process of its own, because native code can abort the process that it runs in. The facts come through
/// a file that this side names, and progress through a pipe of its own: the child's stdout and stderr belong to the model, and
/// are collected. Its stdin is a pipe that nothing is written to: it closes when this process ends, however that happens.
/// </summary>
/// <param name="observer">Watches the evaluation; nobody where null.</param>
/// <param name="printed">Gets what the child prints.</param>
internal sealed class ChildProcessHost(ChildCommand command, TimeSpan? timeout, Observer? observer = null, OutputCollector? printed = null)
    : IEvaluationHost
{
    /// <summary>Exit codes that the evaluation process ends with on purpose, having said why in a finding.</summary>
    private static readonly ImmutableArray<ExitCode> Explained =
        [
            ExitCode.InvalidInput, ExitCode.BadCommandLine, ExitCode.NothingEvaluated, ExitCode.Cancelled, ExitCode.EvaluationCrashed,
        ];

    public Evaluated Evaluate(EvaluationRequest request, CancellationToken cancel)
    {
        try
        {
            return EvaluateApart(request, cancel);
        }
        catch (Exception exception) when (Stopped.IsAboutFiles(exception))
        {
            return Ended(EvaluationFacts.Empty, ExitCode.EvaluationCrashed, Stopped.ByFile(exception));
        }
    }

    private Evaluated EvaluateApart(EvaluationRequest request, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("robustness-gate-");
        try
        {
            var requestFile = Path.Combine(folder.FullName, "request.json");
            var recordsFile = Path.Combine(folder.FullName, "records.jsonl");
            request.Write(requestFile);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (timeout is { } span)
            {
                limit.CancelAfter(span);
            }

            var exitCode = Run(requestFile, recordsFile, wrong: null, limit.Token);
            exitCode = exitCode == ChildExit.StartAgain
                ? Run(requestFile, recordsFile, Wrong(recordsFile), limit.Token) : exitCode;
            var (facts, damage) = File.Exists(recordsFile) ? FactLog.Salvage(File.ReadAllText(recordsFile)) : (EvaluationFacts.Empty, null);
            return damage is null
                ? Judge(exitCode, facts, cancel)
                : Ended(facts, ExitCode.EvaluationCrashed, Stopped.ByDamage(damage));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Of a process that SIGINT or SIGTERM ended: 128 and the signal's number.</summary>
    private const int Interrupted = 130;
    private const int Terminated = 143;

    /// <summary>The process's exit code; null where it had to be ended.</summary>
    /// <param name="wrong">What was wrong in a first start, so that this one computes with older instructions; null for the first.</param>
    private int? Run(string requestFile, string recordsFile, string? wrong, CancellationToken cancel)
    {
        using var observations = new ObservationPipe(observer ?? Observer.Nobody);
        using var process = Start(requestFile, recordsFile, observations.Handle, wrong);
        observations.Open();
        using var output = new ChildOutput(process, printed ?? new());
        try
        {
            process.WaitForExitAsync(cancel).GetAwaiter().GetResult();
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return null;
        }
    }

    private Process Start(string requestFile, string recordsFile, string observations, string? wrong)
    {
        var walled = Sandbox.Around(command);
        var start = new ProcessStartInfo(walled.FileName, [.. walled.Arguments, requestFile, recordsFile, observations])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ChildEnvironment.Restrict(start.Environment);
        if (wrong is not null)
        {
            foreach (var (name, value) in command.SecondStart(wrong))
            {
                start.Environment[name] = value;
            }
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{command.FileName} was not started");
    }

    /// <summary>What a first start said before it asked for a second: some words, whatever was written there.</summary>
    private static string Wrong(string recordsFile)
    {
        var said = File.Exists(recordsFile) ? File.ReadLines(recordsFile).FirstOrDefault() ?? "" : "";
        return said.Length is > 0 and <= MostWords && said.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or ':' or '_') ? said : "not told";
    }

    private const int MostWords = 100;

    /// <summary>Anything but an explained end or a complete record is a death: nothing unexplained may pass.</summary>
    private Evaluated Judge(int? exitCode, EvaluationFacts facts, CancellationToken cancel) => exitCode switch
    {
        null => cancel.IsCancellationRequested || timeout is null
            ? Ended(facts, ExitCode.Cancelled, Stopped.ByRequest())
            : Ended(facts, ExitCode.Cancelled, Stopped.AfterTimeout(timeout.Value)),
        // A terminal's Ctrl+C goes to both processes, and this one can be ended by it before it listens.
        Interrupted or Terminated => Ended(facts, ExitCode.Cancelled, Stopped.ByRequest()),
        0 when facts.Completed => new(facts, ExitCode.Passed),
        (int)ExitCode.InternalError when facts.Findings.Any(finding => finding.Code is "RG0901" or "RG0914") => new(facts, ExitCode.InternalError),
        (int)ExitCode.InternalError => Ended(facts, ExitCode.InternalError, Stopped.ByDefect()),
        { } code when Explained.Contains((ExitCode)code) && facts.Findings.Any(finding => finding.Severity == Severity.Error) =>
            new(facts, (ExitCode)code),
        { } code => Ended(facts, ExitCode.EvaluationCrashed, Stopped.ByDeath(code)),
    };

    /// <summary>Both processes hear of Ctrl+C, and both may have said so.</summary>
    private static Evaluated Ended(EvaluationFacts facts, ExitCode end, Finding finding) =>
        new(facts.Findings.Any(said => said.Code == finding.Code) ? facts : facts.With(new FindingFact(finding)), end);
}
