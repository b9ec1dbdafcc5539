using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;

namespace RobustnessGate.UseCases;

/// <summary>What was measured and decided, before it becomes results.</summary>
/// <param name="Relative">As <see cref="Results.ResultsDocument.Relative"/>.</param>
internal sealed record Judged(EvaluationFacts Facts, GateResult Gate, string? Relative);

/// <summary>Measures a model and holds it to a reference, wherever that comes from.</summary>
/// <param name="work">What is to be evaluated, as the head's policy says.</param>
internal sealed class Judgement(Reference reference, EvaluationRequest work, IEvaluationHost host, CancellationToken cancel)
{
    public Judged Run()
    {
        if (!reference.Measures)
        {
            return new(EvaluationFacts.Empty, Refused(), null);
        }

        using var files = new EarlierFiles();
        var evaluated = host.Evaluate(
            work with
            {
                MeasuredAs = reference.MeasuredAs, BrokenExamples = BrokenExampleRequests.Before(reference.Baseline), Before = Pictured(files),
            },
            cancel);
        var facts = reference.Observe(evaluated.Facts);
        return evaluated.End == ExitCode.Passed ? Compare(facts, files) : new(facts, Unfinished(evaluated), null);
    }

    private Judged Compare(EvaluationFacts facts, EarlierFiles files)
    {
        if (reference.WithoutBaseline)
        {
            return new(facts, Gate.DecideWithoutBaseline(reference.Policy, facts), null);
        }

        var compared = RelativeMode.Of(reference.Policy, facts, reference.Baseline, () => Earlier(facts, files));
        facts = compared.Finding is { } finding ? facts.With(new FindingFact(finding)) : facts;
        return reference.Mistake is null
            ? new(facts, NamedInVain(Gate.Decide(reference.Policy, facts, compared.Baseline, reference.Release)), compared.Because)
            : new(facts, Refused(), null);
    }

    /// <summary>The baseline's model, measured as the head's was; null where it is not to be had, or cannot be evaluated.</summary>
    private EvaluationFacts? Earlier(EvaluationFacts facts, EarlierFiles files) => reference.Commits.IsEmpty
        // A file alone does not bring its model along: it is here only where neither policy nor model changed.
        ? IsOfThese(facts) ? facts : null
        : reference.Commits.Select(commit => commit.Model(files)).OfType<EarlierModel>()
            .Select(model => host.Evaluate(work with { MeasuredAs = reference.MeasuredAs, Model = model, AdversarialDirectory = null }, cancel).Facts)
            .FirstOrDefault(earlier => earlier.Model?.Sha256 == reference.Baseline!.Origin.ModelSha256);

    /// <summary>Equal hashes of the model's file alone do not make equal models: its preprocessing stands in the policy.</summary>
    private bool IsOfThese(EvaluationFacts facts) => reference.Baseline!.Origin is var origin
        && origin.PolicySha256 == reference.Policy.Source.Sha256 && origin.ModelSha256 == facts.Model?.Sha256;

    /// <summary>An earlier model for pictures: no check is lost where it cannot be had.</summary>
    private EarlierModel? Pictured(EarlierFiles files)
    {
        try
        {
            return reference.Baseline is null || !BrokenExampleRequest.CanShow(reference.Policy.Model.Input)
                ? null : reference.Commits.Select(commit => commit.Model(files)).FirstOrDefault(model => model is not null);
        }
        catch (Exception exception) when (exception is MistakeException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private GateResult NamedInVain(GateResult gate) => reference.Missing is not { } missing ? gate : gate with
    {
        Verdict = Verdict.Failed, ExitCode = ExitCode.BaselineUnusable,
        Findings = [missing, .. gate.Findings.Where(other => other.Code != missing.Code)],
    };

    /// <summary>The gate where the evaluation did not come to its end: why is among the evaluation's own findings, and need not be said again.</summary>
    private GateResult Unfinished(Evaluated evaluated) => Gate.Decide(reference.Policy, evaluated.Facts, default(Baseline)) with
    {
        Verdict = Verdict.Failed, ExitCode = evaluated.End, Findings = [],
    };

    /// <summary>The gate where there is nothing to be held to.</summary>
    private GateResult Refused() => new(
        Verdict.Failed, reference.Mistake!.ExitCode, reference.Policy.Gate.Alpha, null, [], [.. reference.Mistake.Findings], null, null);
}
