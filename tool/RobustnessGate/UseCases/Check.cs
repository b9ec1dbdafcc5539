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
internal sealed record CheckRequest(
    string PolicyPath, string OutputDirectory, PolicyOverrides Overrides, ImmutableArray<string> Formats,
    string? Baseline = null, DateOnly Today = default)
{
    /// <summary>Threads of the tensor library.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Samples that the network sees at once.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether judged points are kept in the output folder.</summary>
    public bool SaveAdversarial { get; init; }

    /// <summary>The value of <see cref="Baseline"/> that judges floors alone.</summary>
    public const string NoBaseline = RunOptions.NoBaseline;
}

/// <summary>What came of a check.</summary>
/// <param name="Reports">Paths of the files written.</param>
/// <param name="Formats">Reports that were asked for, by option or by policy.</param>
/// <param name="Trace">Files that the outcome depends on, for a build that runs only when one of them changed.</param>
internal sealed record CheckOutcome(
    ResultsDocument Results, ImmutableArray<string> Reports, ImmutableArray<string> Formats, FileTrace Trace)
{
    public ExitCode ExitCode => (ExitCode)Results.ExitCode;

    /// <summary>The file that a person would open first: a report, or the results where none was asked for.</summary>
    public string Report => Reports.FirstOrDefault(path => Path.GetExtension(path) is ".md" or ".html") ?? Reports[0];
}

/// <summary>The use case: policy in, results out. The only orchestration.</summary>
internal static class Check
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
        var reference = Reference.SourceOf(request, head, open ?? Git.Open).Read();
        var judged = new Judgement(reference, work, host, cancel).Run();
        var places = new Places(head);
        var results = ResultsDocument.Of(
            reference.Policy,
            judged.Facts with { Findings = [.. judged.Facts.Findings.Select(places.Portable)] },
            places.Portable(judged.Gate), ToolVersion.Text, new RunOptions(request.Overrides.MaxSamples, reference.ComparedWith), judged.Relative);
        var formats = request.Formats.IsEmpty ? head.Report.Formats : request.Formats;
        var reports = Write(folder, results, judged.Facts, formats);
        var saved = results.Attacks.Select(attack => attack.Adversarial).OfType<string>()
            .Select(file => Path.Combine(request.OutputDirectory, file));
        return new(results, reports, formats, FileTrace.Of(head, reference.Depended, reports.Concat(saved)) with
        {
            Unsettled = !times.SequenceEqual(FileTrace.Times(head)),
        });
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
