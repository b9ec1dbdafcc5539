using RobustnessGate.Attacks;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

/// <summary>What every parameter of every attack says about its strength: a new one must be decided on here too.</summary>
public class AttackEffortTests
{
    [Fact]
    public void Every_parameter_is_an_effort_or_makes_another_attack() => Assert.Equal(
        """
        noise: +draws
        fgsm:
        bim: +steps step-size
        mi-fgsm: +steps step-size decay
        cw-linf: +steps step-size
        pgd: +steps step-size +restarts random-start loss
        apgd-ce: +iterations +restarts
        apgd-dlr: +iterations +restarts
        apgd-t: +iterations +targets
        fab-t: +iterations +targets
        square: +iterations area
        autoattack:
        deepfool: +steps overshoot +candidates
        ddn: +steps init-norm gamma
        fmn: +steps max-step gamma
        cw-l2: +steps step-size +search-steps init-const confidence
        jsma: theta gamma +targets
        spsa: +steps +samples delta step-size
        """,
        string.Join('\n', AttackCatalog.All.Select(attack =>
            string.Join(' ', (string[])[$"{attack.Name}:", .. AttackDescription.Parameters(attack).Select(parameter =>
                AttackDescription.Efforts(attack).Contains(parameter.Key) ? $"+{parameter.Key}" : parameter.Key)]))),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void Every_effort_is_a_parameter() => Assert.All(AttackCatalog.All, attack =>
        Assert.Subset(AttackDescription.Parameters(attack).Select(parameter => parameter.Key).ToHashSet(), AttackDescription.Efforts(attack).ToHashSet()));
}
