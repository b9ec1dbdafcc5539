using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks;

/// <summary>
/// Iterative FGSM with Nesterov's momentum: each gradient is taken where the momentum would carry the point (Lin et al.
/// 2020, "Nesterov accelerated gradient and scale invariance for adversarial attacks", Eq. 6 to 8).
/// </summary>
/// <param name="Steps">Number of gradient steps, each ε/steps long.</param>
/// <param name="Decay">μ: how much of the momentum stays.</param>
public sealed record NiFgsm([property: AtLeast(1), Effort] int Steps = 10, [property: AtLeast(0)] double Decay = 1) : Attack
{
    public override string Name => "ni-fgsm";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf];

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        using var momentum = search.Track(zeros_like(search.Clean));
        for (var step = 0; step < Steps && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            using var ahead = search.Track(points.Value + search.Reach.Scale(momentum.Value * (Decay / Steps)));
            var gradient = search.Observe(ahead, [search.Towards(Losses.CrossEntropy)]).Gradient;
            var length = Lp.PerRow(Lp.Of(gradient, Norm.L1).clamp_min(1e-38), gradient);
            momentum.Value = (momentum.Value * Decay) + (gradient / length);
            search.Reach.Advance(points.Value, momentum.Value.sign(), 1.0 / Steps);
        }

        search.Conclude(points);
    }
}
