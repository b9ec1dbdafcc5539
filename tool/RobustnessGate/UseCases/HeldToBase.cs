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
internal sealed class HeldToBase(CheckRequest request, Policy head, EvaluationRequest work)
{
    public Judged Run(Func<string, IRepository> open, IEvaluationHost host, CancellationToken cancel)
    {
        var reference = request.Baseline![TargetBranch.Prefix.Length..];
        IRepository? repository = null;
        Bar bar;
        try
        {
            repository = open(head.Source.Path);
            bar = Bar.At(repository, reference, head, entry => entry.IsValidOn(request.Today));
        }
        catch (MistakeException mistake)
        {
            return new(head, EvaluationFacts.Empty, Check.Refused(head, mistake), request.Baseline, repository?.StateFiles ?? []);
        }

        var policy = request.Overrides.Apply(bar.Examination.Effective);
        using var files = new EarlierFiles();
        var evaluated = host.Evaluate(
            work with
            {
                MeasuredAs = bar.MeasuredAs, Telling = TellingRequests.Before(bar.Examination.Baseline), Before = Facts.TellingRequest.CanShow(policy.Model.Input) ? Pictured(files, repository, bar) : null,
            },
            cancel);
        var facts = bar.Examination.Observe(evaluated.Facts);
        var compared = evaluated.End == ExitCode.Passed
            ? RelativeMode.Of(policy, facts, bar.Examination.Baseline, () => Earlier(files, repository, bar, host, cancel))
            : new(bar.Examination.Baseline, null, null);
        facts = compared.Finding is { } finding ? facts.With(new Facts.FindingFact(finding)) : facts;
        var gate = evaluated.End == ExitCode.Passed
            ? Gate.Decide(policy, facts, compared.Baseline, bar.Release)
            : Check.Unfinished(policy, evaluated);
        return new(policy, facts, gate, TargetBranch.Prefix + bar.Commit, [.. repository.StateFiles, .. Beside()], compared.Because);
    }

    /// <summary>The merge base's model, measured as the head's was; null where it is not to be had, or cannot be evaluated.</summary>
    private EvaluationFacts? Earlier(EarlierFiles files, IRepository repository, Bar bar, IEvaluationHost host, CancellationToken cancel) =>
        Model(files, repository, bar) is { } model
            ? host.Evaluate(work with { MeasuredAs = bar.MeasuredAs, Model = model, AdversarialDirectory = null }, cancel).Facts : null;

    /// <summary>The merge base's model for pictures: no check is lost where it cannot be had.</summary>
    private static EarlierModel? Pictured(EarlierFiles files, IRepository repository, Bar bar)
    {
        try
        {
            return bar.Examination.Baseline is null ? null : Model(files, repository, bar);
        }
        catch (Exception exception) when (exception is MistakeException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static EarlierModel? Model(EarlierFiles files, IRepository repository, Bar bar) =>
        bar is { Before: { } before, BeforeText: { } text } ? files.Extract(repository, bar.Commit, before.Model, text) : null;

    /// <summary>Files of the work tree, there or not, that say more than the policy does.</summary>
    private IEnumerable<string> Beside() =>
        new[] { Path.Combine(Path.GetDirectoryName(head.Source.Path)!, OverridesFile.Name), head.Gate.Baseline, head.Gate.Release }.OfType<string>();
}
