using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// After the attacks: whether their counts can be believed. Facts are compared first; then the surface is looked at, and
/// short searches beyond the policy's ask what the facts cannot tell.
/// </summary>
/// <param name="fresh">Opens the model anew; null where that cannot be done.</param>
internal sealed class CredibilityReview(
    EvaluationPlan plan, BatchedModel model, SampleTensors samples, NaturalOutcome natural, AttackRunner attacks, Func<Classifier>? fresh)
{
    private readonly Probe _probe = new(attacks);
    private readonly Diagnostics.Location _model = plan.Source.At("model.path");

    /// <param name="before">Signs seen before the attacks ran.</param>
    /// <param name="facts">What the attacks did.</param>
    /// <returns>What is new, RG1120 last where all signs together take the counts' credit.</returns>
    public IEnumerable<Finding> Examine(IReadOnlyList<Suspicion> before, IReadOnlyList<AttackFact> facts)
    {
        var results = RunResult.Of(plan, facts);
        if (results.Length == 0)
        {
            return [];
        }

        List<Suspicion> found = [.. Compared(results), .. Signs(SurfaceCheck.Examine(model, samples, natural, plan))];
        var (searches, worst) = Searched(results, before, suspect: before.Count + found.Count > 0);
        found.AddRange(searches);
        found.AddRange(Signs(
            HugeRadiusCheck.Examine(_probe, natural, plan.Model.Input, _model),
            FewFeaturesCheck.Examine(_probe, natural, results, plan.Source),
            Agreement(worst)));

        // A weak policy is not the model's doing: it is said, but counts against the model only where something else does.
        Suspicion[] signs = [.. before, .. found];
        signs = signs.Any(sign => !sign.IsEffort) ? signs : [];
        return
        [
            .. found.Select(sign => sign.Finding),
            .. Suspicion.Conclude(signs, _model) is { } conclusion ? new[] { conclusion } : [],
        ];
    }

    private static IEnumerable<Suspicion> Signs(params Suspicion?[] signs) => signs.OfType<Suspicion>();

    /// <summary>What the facts tell.</summary>
    private IEnumerable<Suspicion> Compared(RunResult[] results) => Signs(
        OneStepCheck.Examine(results, plan.Source), MonotonyCheck.Examine(results, plan.Source), NoiseCheck.Examine(results, plan.Source),
        MotionCheck.Examine(model, samples, results, attacks.Unmoved, plan.Source),
        PrecisionCheck.Examine(results, attacks.Disagreeing, plan.Source));

    /// <summary>Searches in every ball that is judged, around samples that nothing broke there or in a smaller one.</summary>
    /// <returns>Signs, and the worst points that were met.</returns>
    private (List<Suspicion> Signs, List<float[]> Worst) Searched(RunResult[] results, IReadOnlyList<Suspicion> before, bool suspect)
    {
        List<Suspicion> signs = [];
        List<float[]> worst = [];
        var underflows = before.Any(sign => sign.Underflow);
        foreach (var run in plan.JudgedBalls())
        {
            var where = plan.Source.At(run.Entry.Path);
            var white = _probe.Search(Probe.WhiteBox, run.Entry.Norm, run.Epsilon, run.Entry, Robust(results, run));
            worst.AddRange(white.Searched.Select(sample => white.Points[sample]).OfType<float[]>().Take(AgreementCheck.Most));
            signs.AddRange(Signs(
                EffortCheck.Examine(white.Broken.Length, white.Searched.Length, underflows, run, where),
                new GradientFreeCheck(_probe, model, samples).Examine(white, suspect, run, where)));
        }

        return (signs, worst);
    }

    private Suspicion? Agreement(List<float[]> worst)
    {
        using var scope = NewDisposeScope();
        int[] clean = [.. Enumerable.Range(0, Math.Min(AgreementCheck.Most, samples.Count))];
        var points = samples.Load(clean);
        return new AgreementCheck(model, fresh).Examine(
            worst.Count == 0 ? points : cat([points, samples.Stack([.. worst.Take(AgreementCheck.Most)])], 0), _model);
    }

    /// <summary>The first samples that nothing broke in this run's ball or in a smaller one, and for a box in the box.</summary>
    private int[] Robust(IEnumerable<RunResult> results, AttackRun ball)
    {
        var robust = natural.Right.ToArray();
        foreach (var result in results.Where(result => result.Run.Entry.Target is Target.None && Within(result.Run, ball)))
        {
            for (var i = 0; i < robust.Length; i++)
            {
                robust[i] &= result.Fact.Bits[i];
            }
        }

        return [.. Enumerable.Range(0, robust.Length).Where(i => robust[i]).Take(Probe.Most)];
    }

    private static bool Within(AttackRun run, AttackRun ball) => run.Entry.Norm == ball.Entry.Norm && run.Epsilon.IsBox == ball.Epsilon.IsBox
        && (ball.Epsilon.IsBox || run.Epsilon.Value <= ball.Epsilon.Value);
}
