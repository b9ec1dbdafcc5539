using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests.Integrity;

/// <summary>More of what an attack declares as its effort is stricter; less of it, or anything else, lowers the bar.</summary>
public class AttackEffortDiffTests
{
    public static TheoryData<Attack, Attack, string, JudgeEffect> Changes => new()
    {
        { new ApgdCe(), new ApgdCe(Iterations: 200), "iterations", JudgeEffect.Stronger },
        { new ApgdCe(), new ApgdCe(Iterations: 99), "iterations", JudgeEffect.Weaker },
        { new ApgdT(), new ApgdT(Targets: 10), "targets", JudgeEffect.Stronger },
        { new ApgdT(), new ApgdT(Targets: 1), "targets", JudgeEffect.Weaker },
        { new Pgd(), new Pgd(Restarts: 2), "restarts", JudgeEffect.Stronger },
        { new Pgd(), new Pgd(StepSize: 0.1), "step-size", JudgeEffect.Weaker },
        { new Square(), new Square(Area: 0.9), "area", JudgeEffect.Weaker },
        { new Square(), new Square(Iterations: 6000), "iterations", JudgeEffect.Stronger },
        { new Spsa(), new Spsa(Samples: 256), "samples", JudgeEffect.Stronger },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void The_declaration_decides(Attack before, Attack after, string key, JudgeEffect effect)
    {
        var policy = PolicyText.Read(PolicyText.With(13, "  - name: pgd\n    id: probe"))!;
        Policy With(Attack attack) => policy with { Attacks = [policy.Attacks[0] with { Attack = attack }] };
        var change = Assert.Single(PolicyDiff.Evaluation(With(before), With(after)));
        Assert.EndsWith($".{key}", change.Field, StringComparison.Ordinal);
        Assert.Equal(effect, change.Effect);
    }
}
