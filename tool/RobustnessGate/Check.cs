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
    public const string NoBaseline = "none";
}

/// <summary>What came of a check.</summary>
/// <param name="Reports">Paths of the files written.</param>
public sealed record CheckOutcome(ResultsDocument Results, ImmutableArray<string> Reports)
{
    public ExitCode ExitCode => (ExitCode)Results.ExitCode;

    /// <summary>The file that a person would open first: the markdown report, or the results where no report was asked for.</summary>
    public string Report => Reports.FirstOrDefault(path => Path.GetFileName(path) == ReportFiles.Markdown) ?? Reports[0];
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
            gate with { Findings = [.. gate.Findings.Select(places.Portable)] },
            ToolVersion, options);
        return new(results, Write(folder, results, evaluated.Facts.Run, request, policy));
    }

    /// <summary>A baseline that cannot be used fails the gate, but not before the results are there to be pinned.</summary>
    private static GateResult Judge(Policy policy, Results.Evaluation facts, string? choice)
    {
        try
        {
            return choice == CheckRequest.NoBaseline
                ? WithoutBaseline(policy, facts)
                : Gate.Decide(policy, facts, Pinned(choice ?? policy.Gate.Baseline));
        }
        catch (MistakeException mistake)
        {
            return new(Verdict.Failed, mistake.ExitCode, [], [.. mistake.Findings], null);
        }
    }

    /// <summary>The bar is lower than the policy sets it: that may be meant, but never goes unsaid.</summary>
    private static GateResult WithoutBaseline(Policy policy, Results.Evaluation facts)
    {
        var gate = Gate.Decide(FloorsAlone(policy), facts, default(Baseline));
        var comparing = policy.Gate.Rules.Count(rule => rule.Compares);
        return comparing == 0 ? gate : gate with
        {
            Findings = gate.Findings.Insert(0, new("RG0501", Severity.Warning, policy.Source.At("gate.rules"),
                $"{comparing} of {policy.Gate.Rules.Length} rules are not compared with the baseline, because the check ran with "
                + "'--baseline none' (or ROBUSTNESS_GATE_BASELINE=none): a loss against the baseline goes unseen. Leave it out to compare.")),
        };
    }

    private static Baseline? Pinned(string? path) => path is null ? null : Pin.Read(path);

    private static Policy FloorsAlone(Policy policy) => policy with
    {
        Gate = policy.Gate with
        {
            Rules =
            [
                .. policy.Gate.Rules
                    .Select(rule => rule with { MaxDrop = null, MaxDropRatio = null, MaxRiseRatio = null })
                    .Where(rule => rule.Min is not null || rule.Max is not null),
            ],
        },
    };

    private static ImmutableArray<string> Write(
        OutputFolder folder, ResultsDocument results, RunFact? run, CheckRequest request, Policy policy)
    {
        var written = new List<string> { folder.Write(ReportFiles.Results, ResultsFile.Render(results)) };
        if (run is not null)
        {
            written.Add(folder.Write(ReportFiles.Run, RunDocument.Render(run)));
        }

        var formats = request.Formats.IsEmpty ? policy.Report.Formats : request.Formats;
        if (formats.Contains("markdown"))
        {
            written.Add(folder.Write(ReportFiles.Markdown, MarkdownReport.Render(results)));
        }

        return [.. written];
    }
}
