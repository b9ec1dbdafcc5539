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
    public void Noise_that_breaks_everything_does_not_keep_smaller_balls_from_being_searched()
    {
        var network = Networks.Convolutional("rounded");
        var bed = Networks.Labelled(new FunctionNetwork(x => network.Forward((x * 16).round() / 16)), "rounded", 40, 1, 8, 8);
        var pgd = Bed.Entry(new Pgd(Steps: 10, RandomStart: false), 0.15);
        var plan = new RobustnessGate.Evaluation.EvaluationPlan(new ModelSection("m", null, bed.Input), [pgd, Bed.Entry(new Noise(), 1)], "p");
        Assert.Equal([0.15], plan.JudgedBalls().Select(run => run.Epsilon.Value));
        Assert.Equal([0.15, 1.0], (plan with { Judged = [.. plan.Runs.Select(run => run.Id)] }).JudgedBalls().Select(run => run.Epsilon.Value));
        Assert.Contains("RG1118", Codes(bed.Run(pgd, Bed.Entry(new Noise(), 1))));
    }

    [Fact]
    public void An_attack_that_never_moved_is_found()
    {
        // Softmax of one feature against a constant: class 0 has no gradient, which jsma needs.
        var weights = Networks.Uniform("stuck", 12, -1, 1);
        var w = TorchSharp.torch.tensor(weights).reshape(1, 12);
        var bed = Networks.Labelled(
            new FunctionNetwork(x => cat([zeros([x.shape[0], 1], x.dtype), (x.flatten(1) - 0.5).mm(w.to(x.dtype).t())], 1)), "stuck", 30, 12);
        var measured = bed.Run(Bed.Entry(new Jsma(), 3, RobustnessGate.Maths.Norm.L0));
        var stuck = measured.Findings.Single(finding => finding.Code == "RG1137");
        Assert.Contains("never moved", stuck.Message, StringComparison.Ordinal);
        Assert.Contains("RG1116", Codes(measured));
        Assert.Contains("RG1120", Codes(measured));
        Assert.DoesNotContain("RG1137", Codes(bed.Run(Bed.Entry(new Pgd(), 0.05))));
    }

    [Fact]
    public void What_float32_breaks_and_float64_holds_counts_as_broken()
    {
        var w = TorchSharp.torch.tensor(Networks.Uniform("two precisions", 2 * 16, -1, 1)).reshape(2, 16);
        Tensor Forward(Tensor x)
        {
            var logits = (x.flatten(1) - 0.5).mm(w.to(x.dtype).t());
            // Far from every sample float64 sees the classes the other way round.
            var turned = x.flatten(1).amax(1).gt(0.72).to(x.dtype).unsqueeze(1) * (x.dtype == ScalarType.Float64 ? 2 : 0);
            return logits * (1 - turned);
        }

        var bed = new Bed(new FunctionNetwork(Forward), Networks.Uniform("two precisions samples", 20 * 16, 0.3f, 0.7f), new int[20], [16]);
        bed = Networks.Relabelled(bed);
        var measured = bed.Run(Bed.Entry(new Pgd(Steps: 20, StepSize: 0.1, RandomStart: false), 0.3));
        Assert.InRange(measured.Attacks[0].Bits.Ones, 0, 5);
        Assert.Superset(new HashSet<string> { "RG1136", "RG1120" }, Codes(measured));
    }

    [Fact]
    public void Another_model_behind_the_same_file_is_found()
    {
        var (first, second) = (Networks.Convolutional("first"), Networks.Convolutional("second"));
        var bed = Networks.Labelled(first, "behind", 40, 1, 8, 8);
        var entry = Bed.Entry(new Pgd(Steps: 5), 0.05);
        RobustnessGate.Models.Classifier Open(FunctionNetwork network) => new(network, bed.Input);
        Assert.DoesNotContain("RG1134", Codes((bed with { Options = bed.Options with { Fresh = () => Open(first) } }).Run(entry)));
        var found = (bed with { Options = bed.Options with { Fresh = () => Open(second) } }).Run(entry);
        var told = found.Findings.Single(finding => finding.Code == "RG1134");
        Assert.Equal(Severity.Error, told.Severity);
        Assert.Contains("freshly loaded", told.Message, StringComparison.Ordinal);
        var alone = Networks.Labelled(new FunctionNetwork(x => (x.shape[0] == 1 ? second : first).Forward(x)), "behind", 40, 1, 8, 8).Run(entry);
        Assert.Contains("in a batch of its own", alone.Findings.Single(finding => finding.Code == "RG1134").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credibility_that_the_baseline_had_must_not_be_lost()
    {
        var policy = Scene.Policy(Scene.Robust(0.1, maxDrop: 0.05));
        var measured = Scene.Measured(Scene.Bits(95, 100), Scene.Bits(80, 100), Scene.Bits(70, 100));
        var blind = measured with { Findings = [new Finding(Gate.Masked, Severity.Warning, null, "this model hides its gradients: so it is.")] };
        var believed = RobustnessGate.Results.Pinning.Of(measured, policy, "0.1.0", null);
        var doubted = RobustnessGate.Results.Pinning.Of(blind, policy, "0.1.0", null);
        Assert.Equal((null, false), (believed.Origin.Credible, doubted.Origin.Credible));
        Assert.Equal(ExitCode.Passed, Gate.Decide(policy, measured, believed).ExitCode);
        Assert.Equal(ExitCode.Passed, Gate.Decide(policy, measured, doubted).ExitCode);

        var lost = Gate.Decide(policy, blind, believed);
        Assert.Equal((Verdict.Failed, ExitCode.GateFailed), (lost.Verdict, lost.ExitCode));
        Assert.Contains(lost.Findings, finding => finding is { Code: "RG1138", Severity: Severity.Error });
        Assert.Equal((Verdict.Inconclusive, ExitCode.Passed), (Gate.Decide(policy, blind, doubted).Verdict, Gate.Decide(policy, blind, doubted).ExitCode));
        Assert.Equal(doubted.Origin, RobustnessGate.Results.BaselineFile.Read(RobustnessGate.Results.BaselineFile.Render(doubted), "x").Origin);
        Assert.Contains(
            RobustnessGate.Integrity.BaselineChange.Of(believed, believed with { Origin = believed.Origin with { Credible = false } }, policy),
            change => change.Effect == JudgeEffect.Weaker);
        Assert.StartsWith("Not credible", Headline.Of(Scene.Judged(policy, blind, believed)).Title, StringComparison.Ordinal);
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
