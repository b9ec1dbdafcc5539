using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;

namespace RobustnessGate.UseCases;

/// <summary>A check that is held to the judge at its merge base: nothing that the change does to the judge helps it.</summary>
/// <param name="head">The policy of the change.</param>
/// <param name="work">What is to be evaluated, as the head's policy says.</param>
internal sealed class MergeBaseCheck(CheckRequest request, Policy head, EvaluationRequest work)
{
    public Judged Run(Func<string, IRepository> open, IEvaluationHost host, CancellationToken cancel)
    {
        var reference = request.Baseline![TargetBranch.Prefix.Length..];
        IRepository? repository = null;
        MergeBaseJudge judge;
        try
        {
            repository = open(head.Source.Path);
            judge = MergeBaseJudge.At(repository, reference, head, entry => entry.IsValidOn(request.Today));
        }
        catch (MistakeException mistake)
        {
            return new(head, EvaluationFacts.Empty, Check.Refused(head, mistake), request.Baseline, repository?.StateFiles ?? []);
        }

        var policy = request.Overrides.Apply(judge.Review.Effective);
        using var files = new EarlierFiles();
        var evaluated = host.Evaluate(
            work with
            {
                MeasuredAs = judge.MeasuredAs, BrokenExamples = BrokenExampleRequests.Before(judge.Review.Baseline), Before = Facts.BrokenExampleRequest.CanShow(policy.Model.Input) ? Pictured(files, repository, judge) : null,
            },
            cancel);
        var facts = judge.Review.Observe(evaluated.Facts);
        var compared = evaluated.End == ExitCode.Passed
            ? RelativeMode.Of(policy, facts, judge.Review.Baseline, () => Earlier(files, repository, judge, host, cancel))
            : new(judge.Review.Baseline, null, null);
        facts = compared.Finding is { } finding ? facts.With(new Facts.FindingFact(finding)) : facts;
        var gate = evaluated.End == ExitCode.Passed
            ? Gate.Decide(policy, facts, compared.Baseline, judge.Release)
            : Check.Unfinished(policy, evaluated);
        return new(policy, facts, gate, TargetBranch.Prefix + judge.Commit, [.. repository.StateFiles, .. Beside()], compared.Because);
    }

    /// <summary>The merge base's model, measured as the head's was; null where it is not to be had, or cannot be evaluated.</summary>
    private EvaluationFacts? Earlier(EarlierFiles files, IRepository repository, MergeBaseJudge judge, IEvaluationHost host, CancellationToken cancel) =>
        Model(files, repository, judge) is { } model
            ? host.Evaluate(work with { MeasuredAs = judge.MeasuredAs, Model = model, AdversarialDirectory = null }, cancel).Facts : null;

    /// <summary>The merge base's model for pictures: no check is lost where it cannot be had.</summary>
    private static EarlierModel? Pictured(EarlierFiles files, IRepository repository, MergeBaseJudge judge)
    {
        try
        {
            return judge.Review.Baseline is null ? null : Model(files, repository, judge);
        }
        catch (Exception exception) when (exception is MistakeException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static EarlierModel? Model(EarlierFiles files, IRepository repository, MergeBaseJudge judge) =>
        judge is { Before: { } before, BeforeText: { } text } ? files.Extract(repository, judge.Commit, before.Model, text) : null;

    /// <summary>Files of the work tree, there or not, that say more than the policy does.</summary>
    private IEnumerable<string> Beside() =>
        new[] { Path.Combine(Path.GetDirectoryName(head.Source.Path)!, OverridesFile.Name), head.Gate.Baseline, head.Gate.Release }.OfType<string>();
}
