using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>The points that an attack may reach from each sample: a ball around it, cut by the box of valid inputs.</summary>
internal sealed class Region
{
    private readonly PerSample _clean;
    private readonly PerSample _boxLow;
    private readonly PerSample _boxHigh;
    private readonly PerSample _low;
    private readonly PerSample _high;

    /// <param name="track">Takes a tensor into the care of the search.</param>
    /// <param name="clean">The samples.</param>
    /// <param name="low">Least valid value of every feature, shaped like the samples.</param>
    /// <param name="high">Greatest valid value.</param>
    /// <param name="norm">Of the ball.</param>
    /// <param name="epsilon">Its radius; NaN or infinity where the box alone limits the point.</param>
    public Region(Func<Tensor, PerSample> track, PerSample clean, Tensor low, Tensor high, Norm norm, double epsilon)
    {
        (_clean, Norm, Epsilon) = (clean, norm, epsilon);
        (_boxLow, _boxHigh) = (track(low.alias()), track(high.alias()));
        // A ball in ℓ∞ is a box too: one clamp does both.
        var isBox = norm == Norm.Linf && double.IsFinite(epsilon);
        _low = isBox ? track(maximum(low, clean.Value - epsilon)) : _boxLow;
        _high = isBox ? track(minimum(high, clean.Value + epsilon)) : _boxHigh;
    }

    public Norm Norm { get; }

    public double Epsilon { get; }

    /// <summary>Of box and ball in ℓ∞, of the box otherwise.</summary>
    public Tensor Low => _low.Value;

    public Tensor High => _high.Value;

    /// <summary>Of the box alone.</summary>
    public Tensor BoxLow => _boxLow.Value;

    public Tensor BoxHigh => _boxHigh.Value;

    /// <summary>Rows moved to the nearest reachable point: onto the ball first, into the box last, in place where it can.</summary>
    /// <param name="points">The rows.</param>
    /// <param name="bounded">Whether the ball counts.</param>
    public void Project(PerSample points, bool bounded)
    {
        if (!bounded)
        {
            points.Value.clamp_(BoxLow, BoxHigh);
            return;
        }

        if (Norm != Norm.Linf && double.IsFinite(Epsilon))
        {
            using var scope = NewDisposeScope();
            points.Value = Lp.ProjectWithin(points.Value, _clean.Value, Epsilon, Norm, BoxLow, BoxHigh);
        }

        points.Value.clamp_(Low, High);
    }
}
