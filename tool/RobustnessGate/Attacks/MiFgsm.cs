using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Momentum iterative FGSM: signed steps along an accumulated direction, each gradient at unit ℓ1 norm before it is
/// added (Dong et al. 2018, "Boosting adversarial attacks with momentum", Algorithm 1).
/// </summary>
/// <param name="Steps">Number of gradient steps.</param>
/// <param name="StepSize">In raw input units; by default ε/steps.</param>
/// <param name="Decay">μ: how much of the accumulated direction stays.</param>
public sealed record MiFgsm(
    [property: AtLeast(1), Effort] int Steps = 10, [property: Positive] double? StepSize = null,
    [property: AtLeast(0)] double Decay = 1) : Attack
{
    public override string Name => "mi-fgsm";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf];

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        var steps = new Steps(Steps, StepSize, RelativeSize: 1.0 / Steps);
        using var momentum = search.Track(zeros_like(search.Clean));
        for (var step = 0; step < Steps && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            var gradient = search.Observe(points, [search.Towards(Losses.CrossEntropy)]).Gradient;
            // At 1e-38 a zero gradient stays zero and every other comes to unit length.
            var unit = gradient / Lp.PerRow(Lp.Of(gradient, Norm.L1).clamp_min(1e-38), gradient);
            momentum.Value = (momentum.Value * Decay) + unit;
            steps.Follow(search, points.Value, momentum.Value.sign(), step);
        }

        search.Conclude(points);
    }
}
