using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests.Masking;

/// <summary>Evaluates and judges a model file under a policy as cheap as one attack at one radius.</summary>
internal static class MaskingBench
{
    public const double Radius = 0.1;

    /// <summary>Attacks of policies that an opponent would like.</summary>
    public static readonly IReadOnlyDictionary<string, AttackEntry[]> Attacks = new Dictionary<string, AttackEntry[]>(StringComparer.Ordinal)
    {
        ["pgd"] = [Entry(new Pgd(Steps: 20), Radius)],
        ["fgsm-at-a-quarter"] = [Entry(new Fgsm(), 0.25)],
        ["fgsm"] = [Entry(new Fgsm(), Radius)],
        ["autoattack"] = [Entry(new AutoAttack(), Radius)],
        ["pgd-and-noise"] = [Entry(new Pgd(Steps: 20), Radius), Entry(new Noise(), 1)],
    };

    private static AttackEntry Entry(Attack attack, double epsilon) =>
        new(null, attack, Norm.Linf, [Epsilon.Of(epsilon)], new Target.None(), Judge.Any, "attacks[0]");

    /// <summary>
    /// Makes sure that a masking model does not pass without a word against it (a refusal is one), and that an honest one does
    /// pass: the floor of the rule asks for nothing, so that credibility alone decides.
    /// </summary>
    public static void Require(MaskingModel model, string attack, int samples)
    {
        try
        {
            var (facts, gate) = Run(model, attack, samples);
            var codes = string.Join(", ", facts.Findings.Select(finding => finding.Code));
            Assert.True(
                model.Masked == (gate.Verdict != Verdict.Passed),
                $"{model.Name} ({model.Truth}) under {attack}: {gate.Verdict}, {facts.Attacks[0].Bits.Ones} of {samples} robust, findings: {codes}");
        }
        catch (MistakeException mistake)
        {
            Assert.True(model.Masked, $"{model.Name} is refused: {mistake.Message}");
        }
    }

    /// <param name="attack">Of <see cref="Attacks"/>.</param>
    /// <returns>What was measured, and the verdict under a floor that lies far below what was counted.</returns>
    public static (EvaluationFacts Facts, GateResult Gate) Run(MaskingModel model, string attack, int samples)
    {
        var folder = Directory.CreateTempSubdirectory("masking").FullName;
        try
        {
            var section = new ModelSection(model.WriteTo(folder), null, QuickStart.Input);
            return Run(() => ModelLoader.Load(section), section, attack, samples);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The same for a network in memory.</summary>
    public static (EvaluationFacts Facts, GateResult Gate) Run(INetwork network, string attack, int samples) => Run(
        () => new Classifier(network, QuickStart.Input), new ModelSection("network", null, QuickStart.Input), attack, samples);

    private static (EvaluationFacts Facts, GateResult Gate) Run(Func<Classifier> open, ModelSection section, string attack, int samples)
    {
        var rule = Scene.Rule(Metrics.WorstCaseAccuracy, epsilon: Attacks[attack][0].Epsilons[0].Value, min: 0);
        var policy = Scene.Policy(rule) with { Model = section, Attacks = [.. Attacks[attack]] };
        using var classifier = open();
        var facts = Evaluator.Run(
            EvaluationPlan.Of(policy), classifier, QuickStart.Samples(samples), new EvaluationOptions { Fresh = open }, CancellationToken.None);
        return (facts, Gate.Decide(policy, facts, null));
    }
}
