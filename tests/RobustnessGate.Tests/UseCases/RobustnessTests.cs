using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.UseCases;

/// <summary>The library as an application calls it.</summary>
public class RobustnessTests
{
    private const int Features = 16;

    [Fact]
    public void A_module_is_evaluated_in_three_lines()
    {
        using var scope = NewDisposeScope();
        var weights = tensor(Networks.Uniform("module", 2 * Features, -1, 1)).reshape(2, Features);
        var model = nn.Linear(Features, 2, hasBias: false);
        using (no_grad())
        {
            model.weight!.copy_(weights);
        }

        var samples = tensor(Networks.Uniform("module samples", 30 * Features)).reshape(30, Features);
        var labels = model.call(samples).argmax(1);

        var measured = Robustness.Evaluate(model, samples, labels, new Pgd(Steps: 20), epsilon: 0.05);
        var robust = measured.Attacks[0].Bits.Ones;

        // Z_t − Z_i > Σ|w_j|·min(ε, room_j) is the closed form.
        var way = (weights[0] - weights[1]).unsqueeze(0) * (1 - (2 * labels.to(ScalarType.Float32))).unsqueeze(1);
        var lead = (way * samples).sum(1);
        var reach = (way.abs() * minimum(where(way.gt(0), samples, 1 - samples), full_like(samples, 0.05))).sum(1);
        Assert.Equal(lead.gt(reach).sum().item<long>(), robust);
        Assert.InRange(robust, 1, 29);
        Assert.True(model.weight!.requires_grad);
    }

    [Fact]
    public void What_cannot_be_evaluated_is_refused()
    {
        using var scope = NewDisposeScope();
        var model = nn.Linear(Features, 2);
        Assert.Throws<ArgumentException>(() => Robustness.Evaluate(model, rand(4, Features), zeros(4, ScalarType.Int64), new Fgsm(), 0.1, Norm.L2));
        Assert.Throws<ArgumentException>(() => Robustness.Evaluate(model, rand(4, Features), zeros(4, ScalarType.Int64), new Fgsm(), 0));
        Assert.Throws<ArgumentException>(() => Robustness.Evaluate(model, rand(4, Features) + 1, zeros(4, ScalarType.Int64), new Fgsm(), 0.1));
    }
}
