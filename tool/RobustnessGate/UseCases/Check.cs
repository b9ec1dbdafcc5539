using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>What is to be checked, and how.</summary>
/// <param name="PolicyPath">As the user wrote it.</param>
/// <param name="OutputDirectory">As the user wrote it.</param>
/// <param name="Formats">Reports to write instead of the policy's; empty for the policy's.</param>
/// <param name="Baseline">
/// A baseline file instead of the policy's, <see cref="NoBaseline"/>, or a git reference behind <see cref="TargetBranch.Prefix"/>:
/// then the change is held to the judge at its merge base. Null for the policy's file.
/// </param>
/// <param name="Today">In UTC: overrides hold on certain days.</param>
public sealed record CheckRequest(
    string PolicyPath, string OutputDirectory, PolicyOverrides Overrides, ImmutableArray<string> Formats,
    string? Baseline = null, int Threads = 1, int BatchSize = 64, bool SaveAdversarial = false,
    DateOnly Today = default)
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

/// <summary>What was measured and decided, before it becomes results.</summary>
/// <param name="Policy">That was judged by.</param>
/// <param name="ComparedWith">As <see cref="RunOptions.Baseline"/>.</param>
/// <param name="Relative">As <see cref="ResultsDocument.Relative"/>.</param>
/// <param name="Depended">Files besides the policy's own that the outcome depends on.</param>
internal sealed record Judged(
    Policy Policy, EvaluationFacts Facts, GateResult Gate, string? ComparedWith, ImmutableArray<string> Depended, string? Relative = null);

/// <summary>The use case: policy in, results out. The only orchestration.</summary>
public static class Check
{
    /// <summary>
    /// Evaluates, compares, writes the reports (also when the gate fails or the evaluation does not finish), decides.
    /// </summary>
    /// <exception cref="MistakeException">The policy cannot be read, or the output folder not be written.</exception>
    /// <param name="open">Opens the repository that a file is in; git's where null.</param>
    public static CheckOutcome Run(
        CheckRequest request, IEvaluationHost host, CancellationToken cancel, Func<string, IRepository>? open = null)
    {
        var work = new EvaluationRequest(request.PolicyPath, request.Overrides, request.Threads, request.BatchSize, AdversarialDirectory: null);
        var head = work.ReadPolicy();
        var times = FileTrace.Times(head);
        // Only now: a policy with mistakes measures nothing, and takes no earlier results away.
        var folder = OutputFolder.Prepare(request.OutputDirectory, ReportFiles.All);
        work = work with
        {
            PolicySha256 = head.Source.Sha256, AdversarialDirectory = request.SaveAdversarial ? folder.AdversarialPath : null,
        };
        var judged = request.Baseline?.StartsWith(TargetBranch.Prefix, StringComparison.Ordinal) == true
            ? new MergeBaseCheck(request, head, work).Run(open ?? Git.Open, host, cancel)
            : HeldToFile(request, head, host.Evaluate(work with { BrokenExamples = BrokenExampleRequests.Before(Before(request, head)) }, cancel));
        var places = new Places(head);
        var results = ResultsDocument.Of(
            judged.Policy,
            judged.Facts with { Findings = [.. judged.Facts.Findings.Select(places.Portable)] },
            places.Portable(judged.Gate), ToolVersion.Text, new RunOptions(request.Overrides.MaxSamples, judged.ComparedWith), judged.Relative);
        var formats = request.Formats.IsEmpty ? head.Report.Formats : request.Formats;
        var reports = Write(folder, results, judged.Facts, formats);
        var saved = results.Attacks.Select(attack => attack.Adversarial).OfType<string>()
            .Select(file => Path.Combine(request.OutputDirectory, file));
        return new(results, reports, formats, FileTrace.Of(head, judged.Depended, reports.Concat(saved)) with
        {
            Unsettled = !times.SequenceEqual(FileTrace.Times(head)),
        });
    }

    /// <summary>The gate where the evaluation did not come to its end: why is among the evaluation's own findings, and need not be said again.</summary>
    internal static GateResult Unfinished(Policy policy, Evaluated evaluated) =>
        Gate.Decide(policy, evaluated.Facts, default(Baseline)) with
        {
            Verdict = Verdict.Failed, ExitCode = evaluated.End, Findings = [],
        };

    /// <summary>The gate where there is nothing to be held to.</summary>
    internal static GateResult Refused(Policy policy, MistakeException mistake) =>
        new(Verdict.Failed, mistake.ExitCode, policy.Gate.Alpha, null, [], [.. mistake.Findings], null, null);

    private static Judged HeldToFile(CheckRequest request, Policy policy, Evaluated evaluated)
    {
        var choice = request.Baseline;
        var path = choice == CheckRequest.NoBaseline ? null : choice ?? policy.Gate.Baseline;
        var (facts, gate, relative) = evaluated.End == ExitCode.Passed
            ? Judge(policy, evaluated.Facts, choice) : (evaluated.Facts, Unfinished(policy, evaluated), null);
        return new(
            policy, facts, gate, choice is null or CheckRequest.NoBaseline ? choice : new Places(policy).Relative(choice),
            [.. new[] { path, path is null ? null : policy.Gate.Release }.OfType<string>()], relative);
    }

    /// <summary>A baseline that cannot be used fails the gate, but not before the results are there to be pinned.</summary>
    private static (EvaluationFacts Facts, GateResult Gate, string? Relative) Judge(Policy policy, EvaluationFacts facts, string? choice)
    {
        try
        {
            if (choice == CheckRequest.NoBaseline)
            {
                return (facts, Gate.DecideWithoutBaseline(policy, facts), null);
            }

            var pinned = (choice ?? policy.Gate.Baseline) is { } path ? BaselineUpdate.Read(path) : null;
            // A file alone does not bring its model along: it is here only where neither policy nor model changed.
            var compared = RelativeMode.Of(policy, facts, pinned, () => IsOfThese(pinned!.Origin, policy, facts) ? facts : null);
            facts = compared.Finding is { } finding ? facts.With(new FindingFact(finding)) : facts;
            var release = policy.Gate.Release is { } last ? BaselineUpdate.Read(last) : null;
            var gate = Gate.Decide(policy, facts, compared.Baseline, release);
            return (facts, choice is not null && pinned is null ? NamedInVain(policy, gate, choice) : gate, compared.Because);
        }
        catch (MistakeException mistake)
        {
            return (facts, Refused(policy, mistake), null);
        }
    }

    /// <summary>The pinned file, to choose pictures by; one that cannot be read is a matter of the gate.</summary>
    private static Baseline? Before(CheckRequest request, Policy policy)
    {
        try
        {
            return request.Baseline != CheckRequest.NoBaseline && (request.Baseline ?? policy.Gate.Baseline) is { } path ? BaselineUpdate.Read(path) : null;
        }
        catch (MistakeException)
        {
            return null;
        }
    }

    /// <summary>Equal hashes of the model's file alone do not make equal models: its preprocessing stands in the policy.</summary>
    private static bool IsOfThese(BaselineOrigin origin, Policy policy, EvaluationFacts facts) =>
        origin.PolicySha256 == policy.Source.Sha256 && origin.ModelSha256 == facts.Model?.Sha256;

    /// <summary>A file that was named on purpose must be there, also where the policy could do without one.</summary>
    private static GateResult NamedInVain(Policy policy, GateResult gate, string choice)
    {
        var finding = new Finding("RG0201", Severity.Error, policy.Source.At("gate.baseline"),
            $"there is no baseline at '{new Places(policy).Relative(choice)}', which --baseline (or ROBUSTNESS_GATE_BASELINE) names. Name the file that you meant, or pin one with baseline update.");
        return gate with
        {
            Verdict = Verdict.Failed, ExitCode = ExitCode.BaselineUnusable,
            Findings = [finding, .. gate.Findings.Where(other => other.Code != finding.Code)],
        };
    }

    private static ImmutableArray<string> Write(
        OutputFolder folder, ResultsDocument results, EvaluationFacts facts, ImmutableArray<string> formats)
    {
        var written = new List<string> { folder.Write(ReportFiles.Results, ResultsFile.Render(results)) };
        if (facts.Run is { } run)
        {
            written.Add(folder.Write(ReportFiles.Run, RunDocument.Render(run)));
        }

        ReportFormat[] chosen = [.. ReportFormat.All.Where(format => format.File != ReportFiles.Results && formats.Contains(format.Name))];
        // Pictures that the results alone cannot give.
        ImmutableArray<ReportPicture> brokenExamples =
        [
            .. new[]
            {
                ReportPicture.Drawn(() => BrokenExamplePicture.Of(facts.BrokenExamples, results)),
                ReportPicture.Drawn(() => Surfaces.BrokenExampleSurfacePicture.Of(facts.BrokenExamples, results)),
            }.OfType<ReportPicture>(),
        ];
        written.AddRange(ReportFormat.Files(results, chosen, brokenExamples).Select(file => folder.Write(file.File, file.Text)));

        return [.. written];
    }
}
