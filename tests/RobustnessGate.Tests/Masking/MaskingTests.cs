using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;

namespace RobustnessGate.Tests.Masking;

/// <summary>One model of each kind under a cheap policy; RobustnessGate.MaskingTests tries all.</summary>
public class MaskingTests
{
    private static readonly string[] Kinds =
    [
        "scaled-1e4", "saturated-tanh", "rounded-logits", "detached", "rounded-input-with-wrong-slope", "wrong-sign", "slopes-of-a-picture",
        "one-hot-less-logits", "clipped-ramp", "waves", "batch-of-one-or-two", "requires-grad", "counter", "padding-rows", "a-little-random",
        "onnx-one-hot-less-logits", "onnx-overflow-in-float32",
        "plain-natural", "mixture-of-probabilities", "greater-of-both", "rescaled-3", "squashed-input", "onnx-robust-in-four-bits",
    ];

    public static TheoryData<string> Models() => [.. Kinds];

    [Theory]
    [MemberData(nameof(Models))]
    public void Noise_as_wide_as_the_range_keeps_no_model_from_being_looked_at(string name) =>
        MaskingBench.Require(MaskingModel.All.Single(model => model.Name == name), "pgd-and-noise", samples: 60);

    [Fact]
    public void Every_kind_has_a_name_of_its_own() =>
        Assert.Equal(MaskingModel.All.Count(), MaskingModel.All.Select(model => model.Name).Distinct().Count());

    [Fact]
    public void A_weak_attack_on_an_honest_network_is_called_weak()
    {
        var (facts, gate) = MaskingBench.Run(MaskingModel.All.Single(model => model.Name == "onnx-natural"), "fgsm-at-a-quarter", samples: 150);

        Assert.Equal(Verdict.Passed, gate.Verdict);
        Assert.Equal(["RG1117"], facts.Findings.Select(finding => finding.Code).Where(code => code.StartsWith("RG11", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public void A_model_that_leaves_its_slopes_at_the_boundary_alone_is_told_by_the_surface()
    {
        var (facts, _) = MaskingBench.Run(MaskingModel.All.Single(model => model.Name == "one-hot-less-logits"), "pgd", samples: 60);

        var finding = facts.Findings.Single(finding => finding.Code == "RG1135");
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("last hundredth of the way", finding.Message, StringComparison.Ordinal);
    }
}
