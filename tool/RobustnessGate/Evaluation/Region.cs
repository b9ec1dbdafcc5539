using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>The points that an attack may reach from each sample: a ball around it, cut by the box of valid inputs.</summary>
internal sealed class Region
{
    private readonly Rows _clean;
    private readonly Rows _low;
    private readonly Rows _high;

    /// <param name="clean">The samples.</param>
    /// <param name="low">Least valid value of every feature, shaped like the samples.</param>
    /// <param name="high">Greatest valid value.</param>
    /// <param name="norm">Of the ball.</param>
    /// <param name="epsilon">Its radius; NaN where the box alone limits the point.</param>
    public Region(Rows clean, Rows low, Rows high, Norm norm, double epsilon)
    {
        (_clean, _low, _high, Norm, Epsilon) = (clean, low, high, norm, epsilon);
        if (norm == Norm.Linf && !double.IsNaN(epsilon))
        {
            // A ball in ℓ∞ is a box too: one clamp does both.
            using var scope = NewDisposeScope();
            _low.Value = maximum(_low.Value, _clean.Value - epsilon);
            _high.Value = minimum(_high.Value, _clean.Value + epsilon);
        }
    }

    public Norm Norm { get; }

    public double Epsilon { get; }

    public Tensor Low => _low.Value;

    public Tensor High => _high.Value;

    /// <summary>Rows moved to the nearest reachable point: onto the ball first, into the box last, in place where it can.</summary>
    public void Project(Rows points)
    {
        if (Norm != Norm.Linf && !double.IsNaN(Epsilon))
        {
            using var scope = NewDisposeScope();
            points.Value = _clean.Value + Lp.Project(points.Value - _clean.Value, Epsilon, Norm);
        }

        points.Value.clamp_(Low, High);
    }
}
