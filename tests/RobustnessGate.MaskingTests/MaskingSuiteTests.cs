using RobustnessGate.Tests.Masking;

namespace RobustnessGate.MaskingTests;

/// <summary>All masking and honest models. RobustnessGate.Tests tries some of them in every build.</summary>
public class MaskingSuiteTests
{
    /// <summary>All models under a cheap policy, and under the ensemble one of each kind that deceived it, beside two that are honest.</summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var model in MaskingModel.All)
        {
            cases.Add(model.Name, "pgd");
        }

        foreach (var name in new[] { "one-hot-less-logits", "clipped-ramp", "plain-natural", "plain-robust" })
        {
            cases.Add(name, "autoattack");
        }

        return cases;
    }

    [Theory]
    [InlineData("gelu", 8)]
    [InlineData("silu", 5)]
    [InlineData("tanh", 4)]
    public void Deep_smooth_networks_are_not_accused(string activation, int depth)
    {
        var network = DeepNetwork.Trained(
            () => activation switch { "gelu" => TorchSharp.torch.nn.GELU(), "silu" => TorchSharp.torch.nn.SiLU(), _ => TorchSharp.torch.nn.Tanh() }, depth, epochs: 12);

        var (facts, gate) = MaskingBench.Run(network, "pgd", samples: 150);

        Assert.InRange(facts.Natural!.Bits.Ones, 130, 150);
        Assert.True(gate.Verdict == Gating.Verdict.Passed, string.Join("; ", facts.Findings.Select(finding => finding.Message)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_masking_model_passes_silently_and_no_honest_one_is_accused(string name, string attack) =>
        MaskingBench.Require(MaskingModel.All.Single(model => model.Name == name), attack, samples: attack == "autoattack" ? 40 : 60);
}
