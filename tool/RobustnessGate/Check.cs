using System.Collections.Immutable;
using System.Reflection;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate;

/// <summary>What is to be checked, and how.</summary>
/// <param name="PolicyPath">As the user wrote it.</param>
/// <param name="OutputDirectory">As the user wrote it.</param>
/// <param name="Formats">Reports to write instead of the policy's; empty for the policy's.</param>
/// <param name="Baseline">A baseline file instead of the policy's, or <see cref="NoBaseline"/>; null for the policy's.</param>
public sealed record CheckRequest(
    string PolicyPath, string OutputDirectory, PolicyOverrides Overrides, ImmutableArray<string> Formats,
    string? Baseline = null, int Threads = 1, int BatchSize = 64, bool SaveAdversarial = false)
{
    /// <summary>The value of <see cref="Baseline"/> that judges floors alone.</summary>
    public const string NoBaseline = RunOptions.NoBaseline;
}

/// <summary>What came of a check.</summary>
/// <param name="Reports">Paths of the files written.</param>
/// <param name="Formats">Reports that were asked for, by option or by policy.</param>
/// <param name="Trace">Files that the outcome depends on, for a build that runs only when one of them changed.</param>
public sealed record CheckOutcome(
    ResultsDocument Results, ImmutableArray<string> Reports, ImmutableArray<string> Formats, FileTrace Trace)
{
    public ExitCode ExitCode => (ExitCode)Results.ExitCode;

    /// <summary>The file that a person would open first: a report, or the results where none was asked for.</summary>
    public string Report => Reports.FirstOrDefault(path => Path.GetExtension(path) is ".md" or ".html") ?? Reports[0];
}

/// <summary>The use case: policy in, results out. The only orchestration.</summary>
public static class Check
{
    /// <summary>Version of the tool, without the build's own additions.</summary>
    public static string ToolVersion { get; } =
        typeof(Check).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>
    /// Evaluates, compares, writes the reports (also when the gate fails or the evaluation does not finish), decides.
    /// </summary>
    /// <exception cref="MistakeException">The policy cannot be read, or the output folder not be written.</exception>
    public static CheckOutcome Run(CheckRequest request, IEvaluationHost host, CancellationToken cancel)
    {
        var folder = OutputFolder.Prepare(request.OutputDirectory, ReportFiles.All);
        var work = new EvaluationRequest(
            request.PolicyPath, request.Overrides, request.Threads, request.BatchSize,
            request.SaveAdversarial ? folder.AdversarialPath : null);
        var policy = work.ReadPolicy();
        var evaluated = host.Evaluate(work with { PolicySha256 = policy.Source.Sha256 }, cancel);
        var gate = evaluated.End == ExitCode.Passed
            ? Judge(policy, evaluated.Facts, request.Baseline)
            : Gate.Decide(policy, evaluated.Facts, default(Baseline)) with
            {
                // Why it ended is among the evaluation's own findings; what follows from that need not be said again.
                Verdict = Verdict.Failed, ExitCode = evaluated.End, Findings = [],
            };
        var places = new Places(policy);
        var options = new RunOptions(
            request.Overrides.MaxSamples,
            request.Baseline is null or CheckRequest.NoBaseline ? request.Baseline : places.Relative(request.Baseline));
        var results = ResultsDocument.Of(
            policy,
            evaluated.Facts with { Findings = [.. evaluated.Facts.Findings.Select(places.Portable)] },
            places.Portable(gate), ToolVersion, options);
        var formats = request.Formats.IsEmpty ? policy.Report.Formats : request.Formats;
        var reports = Write(folder, results, evaluated.Facts.Run, formats);
        var saved = results.Attacks.Select(attack => attack.Adversarial).OfType<string>()
            .Select(file => Path.Combine(request.OutputDirectory, file));
        return new(results, reports, formats, FileTrace.Of(policy, BaselinePath(policy, request.Baseline), reports.Concat(saved)));
    }

    /// <summary>A baseline that cannot be used fails the gate, but not before the results are there to be pinned.</summary>
    private static GateResult Judge(Policy policy, Results.Evaluation facts, string? choice)
    {
        try
        {
            return choice == CheckRequest.NoBaseline
                ? Gate.DecideWithoutBaseline(policy, facts)
                : Gate.Decide(policy, facts, BaselinePath(policy, choice) is { } path ? Pin.Read(path) : null);
        }
        catch (MistakeException mistake)
        {
            return new(Verdict.Failed, mistake.ExitCode, policy.Gate.Alpha, null, [], [.. mistake.Findings], null, null);
        }
    }

    private static string? BaselinePath(Policy policy, string? choice) =>
        choice == CheckRequest.NoBaseline ? null : choice ?? policy.Gate.Baseline;

    private static ImmutableArray<string> Write(
        OutputFolder folder, ResultsDocument results, RunFact? run, ImmutableArray<string> formats)
    {
        var written = new List<string> { folder.Write(ReportFiles.Results, ResultsFile.Render(results)) };
        if (run is not null)
        {
            written.Add(folder.Write(ReportFiles.Run, RunDocument.Render(run)));
        }

        foreach (var format in ReportFormat.All.Where(format => format.File != ReportFiles.Results && formats.Contains(format.Name)))
        {
            written.Add(folder.Write(format.File, format.Render(results)));
        }

        return [.. written];
    }
}
