using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// The fast adaptive boundary attack, targeted version: towards one likely wrong class after the other it steps onto
/// the linearised boundary, biased towards the sample, and back again once it is through
/// (Croce and Hein 2020, "Minimally distorted adversarial examples with a fast adaptive boundary attack", Algorithm 1).
/// </summary>
/// <param name="Iterations">Number of steps towards each class.</param>
/// <param name="Targets">How many classes are aimed at, in the order of the clean logits.</param>
public sealed record FabT([property: AtLeast(1), Effort] int Iterations = 100, [property: AtLeast(1), Effort] int Targets = 9) : Attack
{
    private const double MostBias = 0.1;
    private const double Overshoot = 1.05;
    private const double StepBack = 0.9;

    public override string Name => "fab-t";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2, Norm.L1];

    public override bool MinimalNorm => true;

    public override int Queries => Targets * ((2 * Iterations) + 1);

    public override void Run(Search search)
    {
        using var rivals = new Rivals(search, search.Targeted ? 1 : Targets);
        for (var rank = 0; rank < rivals.Count && search.Any; rank++)
        {
            rivals.Choose(rank);
            Towards(search, search.Targeted ? search.Towards(Losses.NegativeMargin) : Rivals.Gap(search, () => rivals.Chosen));
        }
    }

    private void Towards(Search search, Objective gap)
    {
        using var points = search.AtSamples();
        for (var iteration = 0; iteration < Iterations && search.Any; iteration++)
        {
            using var scope = NewDisposeScope();
            var seen = search.Observe(points, [gap], bounded: false);
            points.Value = Step(search, points.Value, seen.Loss, seen.Gradient);
            if (!search.Any)
            {
                break;
            }

            var through = Lp.PerRow(search.Observe(points, [], bounded: false).Margins.lt(0), points.Value);
            points.Value = where(through, search.Clean + ((points.Value - search.Clean) * StepBack), points.Value);
        }
    }

    private static Tensor Step(Search search, Tensor points, Tensor gap, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var (x, clean, w) = (points.flatten(1), search.Clean.flatten(1), gradient.flatten(1));
        var (low, high) = (search.Reach.BoxLow.flatten(1), search.Reach.BoxHigh.flatten(1));
        var offset = (w * x).sum(1) - gap;
        var fromPoint = Hyperplane.StepTo(x, w, offset, low, high, search.Reach.Norm);
        var fromSample = Hyperplane.StepTo(clean, w, offset, low, high, search.Reach.Norm);
        var near = Lp.Of(fromPoint, search.Reach.Norm).clamp_min(1e-8);
        var far = Lp.Of(fromSample, search.Reach.Norm).clamp_min(1e-8);
        var bias = (near / (near + far)).clamp(0, MostBias).unsqueeze(1);
        var next = ((x + (Overshoot * fromPoint)) * (1 - bias)) + ((clean + (Overshoot * fromSample)) * bias);
        return next.reshape(points.shape).MoveToOuterDisposeScope();
    }
}
