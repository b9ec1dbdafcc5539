using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>Whether counts can be believed: models with a known flaw are told, honest ones are left alone.</summary>
public class CredibilityTests
{
    private static readonly PolicySource Source = Scene.Policy().Source;

    [Fact]
    public void An_honest_model_under_an_honest_policy_raises_no_suspicion()
    {
        var bed = Networks.Labelled(Networks.Convolutional("honest"), "honest", 60, 1, 8, 8);
        var measured = bed.Run(Bed.Entry(new Noise(), 0.05), Bed.Entry(new Fgsm(), 0.05), Bed.Entry(new Pgd(Restarts: 2), 0.05), Bed.Entry(new ApgdCe(), 0.05));
        Assert.Empty(Codes(measured));
        Assert.InRange(measured.Attacks[2].Bits.Ones, 5, 59);
    }

    [Fact]
    public void Rounding_is_seen_through_by_black_box_search()
    {
        var network = Networks.Convolutional("rounded");
        var bed = Networks.Labelled(new FunctionNetwork(x => network.Forward((x * 16).round() / 16)), "rounded", 40, 1, 8, 8);
        var codes = Codes(bed.Run(Bed.Entry(new Pgd(Steps: 10, RandomStart: false), 0.15)));
        Assert.Superset(new HashSet<string> { "RG1106", "RG1118", "RG1120" }, codes);
    }

    [Fact]
    public void Large_logits_are_seen_through_by_the_margin()
    {
        var network = Networks.Convolutional("large");
        var bed = Networks.Labelled(new FunctionNetwork(x => network.Forward(x) * 1e4), "large", 40, 1, 8, 8);
        var measured = bed.Run(Bed.Entry(new Pgd(Steps: 10, RandomStart: false), 0.05));
        Assert.Superset(new HashSet<string> { "RG1112", "RG1117", "RG1120" }, Codes(measured));
        Assert.Contains("in float64", measured.Findings.Single(finding => finding.Code == "RG1112").Message, StringComparison.Ordinal);
        Assert.DoesNotContain("RG1120", Codes(bed.Run(Bed.Entry(new CwLinf(Steps: 100), 0.05))));
    }

    [Fact]
    public void A_weak_policy_is_said_but_does_not_count_against_the_model()
    {
        var bed = Networks.Labelled(Networks.Convolutional("weak"), "weak", 60, 1, 8, 8);
        Assert.Equal(["RG1117"], Codes(bed.Run(Bed.Entry(new Bim(Steps: 1, StepSize: 0.001), 0.1))));
    }

    [Fact]
    public void A_model_that_looks_at_the_whole_batch_is_an_error()
    {
        var network = Networks.Convolutional("company");
        var bed = Networks.Labelled(new FunctionNetwork(x => network.Forward(x - x.mean([0], keepdim: true))), "company", 40, 1, 8, 8);
        Assert.Contains(bed.Run().Findings, finding => finding is { Code: "RG1111", Severity: Severity.Error });
    }

    [Fact]
    public void Facts_that_contradict_each_other_are_found()
    {
        var entries = new[]
        {
            Entry("noise", new Noise(), 0.1), Entry("fgsm", new Fgsm(), 0.1), Entry("bim", new Bim(), 0.1), Entry("wide", new Bim(), 0.2),
        };
        RunResult[] Results(int noise, int fgsm, int bim, int wide) =>
            [.. entries.Zip(new[] { noise, fgsm, bim, wide }, (entry, robust) => new RunResult(entry.Runs.First(), Fact(entry, Scene.Bits(robust, 100))))];

        var honest = Results(90, 60, 40, 20);
        Assert.Null(OneStepCheck.Examine(honest, Source));
        Assert.Null(MonotonyCheck.Examine(honest, Source));
        Assert.Null(NoiseCheck.Examine(honest, Source));
        Assert.Equal("RG1113", OneStepCheck.Examine(Results(90, 60, 63, 20), Source)!.Finding.Code);
        Assert.Null(OneStepCheck.Examine(Results(90, 60, 62, 20), Source));
        Assert.Equal("RG1114", MonotonyCheck.Examine(Results(90, 60, 40, 51), Source)!.Finding.Code);
        Assert.Null(MonotonyCheck.Examine(Results(90, 60, 40, 49), Source));
        Assert.Equal("RG1115", NoiseCheck.Examine(Results(55, 60, 58, 20), Source)!.Finding.Code);
        Assert.Null(NoiseCheck.Examine(Results(57, 60, 58, 20), Source));
    }

    [Fact]
    public void One_decisive_sign_is_enough_and_of_others_two()
    {
        Suspicion Sign(string code, bool decisive) => new(new Finding(code, Severity.Warning, null, "x"), $"clause {code}", decisive);
        Assert.Null(Suspicion.Conclude([], Source.At("")));
        Assert.Null(Suspicion.Conclude([Sign("RG1113", false)], Source.At("")));
        Assert.NotNull(Suspicion.Conclude([Sign("RG1118", true)], Source.At("")));
        Assert.Equal(
            "this model hides its gradients: clause RG1113, and clause RG1106. The robust count is an illusion; see RG1113, RG1106.",
            Suspicion.Conclude([Sign("RG1113", false), Sign("RG1106", false)], Source.At(""))!.Message);
    }

    [Theory]
    [InlineData(OnInconclusive.Warn, ExitCode.Passed)]
    [InlineData(OnInconclusive.Fail, ExitCode.Inconclusive)]
    internal void A_gate_that_would_pass_is_inconclusive_where_gradients_are_hidden(OnInconclusive choice, ExitCode exit)
    {
        var policy = Scene.Policy(Scene.Robust(0.1, min: 0.5));
        policy = policy with { Gate = policy.Gate with { OnInconclusive = choice } };
        var masked = new Finding(Gate.Masked, Severity.Warning, null, "this model hides its gradients: so it is.");
        var measured = Scene.Measured(Scene.Bits(95, 100), Scene.Bits(80, 100), Scene.Bits(70, 100));
        Assert.Equal(Verdict.Passed, Gate.Decide(policy, measured, null).Verdict);
        var blind = measured with { Findings = [masked] };
        var gate = Gate.Decide(policy, blind, null);
        Assert.Equal((Verdict.Inconclusive, exit), (gate.Verdict, gate.ExitCode));

        var headline = Headline.Of(Scene.Judged(policy, blind, null));
        Assert.Equal(("❔", "Not credible: this model hides its gradients: so it is."), (headline.Symbol, headline.Title));

        // What fails, fails; and natural accuracy needs no gradients.
        Assert.Equal(Verdict.Failed, Gate.Decide(Scene.Policy(Scene.Robust(0.1, min: 0.9)), blind, null).Verdict);
        Assert.Equal(Verdict.Passed, Gate.Decide(Scene.Policy(Scene.Natural(min: 0.5)), blind, null).Verdict);
    }

    /// <summary>What was found, but for what the processor at hand adds.</summary>
    private static HashSet<string> Codes(EvaluationFacts measured) =>
        [.. measured.Findings.Select(finding => finding.Code).Where(code => code != "RG0913")];

    private static AttackEntry Entry(string id, Attack attack, double epsilon) => Bed.Entry(attack, epsilon) with { Id = id };

    private static AttackFact Fact(AttackEntry entry, BitString bits) => new(
        entry.Id!, entry.Attack.Name, AttackDescription.Protocol(entry.Runs.First()), "linf", entry.Epsilons[0].Value, false, bits, 0, 0, null, null, []);
}
