using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>A run of the policy and what came of it.</summary>
internal sealed record RunResult(AttackRun Run, AttackFact Fact)
{
    public int Robust => Fact.Bits.Ones;

    /// <summary>Whether it follows gradients.</summary>
    public bool FollowsGradients => Run.Entry.Attack is not (Noise or Square or Spsa);

    /// <summary>Whether the two ask the same question: same ball, same goal, any point counts.</summary>
    public bool Compares(RunResult other) =>
        Run.Entry.Judge == Judge.Any && other.Run.Entry.Judge == Judge.Any && Run.Entry.Norm == other.Run.Entry.Norm
        && Run.Epsilon.Equals(other.Run.Epsilon) && Run.Entry.Target.Equals(other.Run.Entry.Target)
        && Run.Entry.Quantize == other.Run.Entry.Quantize;

    public static RunResult[] Of(EvaluationPlan plan, IEnumerable<AttackFact> facts)
    {
        var runs = plan.Runs.ToDictionary(run => run.Id, StringComparer.Ordinal);
        return [.. facts.Where(fact => runs.ContainsKey(fact.Id)).Select(fact => new RunResult(runs[fact.Id], fact))];
    }
}
