using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// The linear radius among valid inputs: how far the nearest class's boundary would be if all logits were linear and the
/// perturbed input had to stay within the bounds. Where many features lie at a bound, as in drawings on black, half of
/// every perturbation would leave the bounds, and the plain linear radius is far too small. At most the distance across all
/// valid inputs; of many classes the likeliest count.
/// </summary>
internal sealed class BoundedRadiusIndicator : IIndicator
{
    private static readonly (Norm Norm, string Suffix)[] Norms = [(Norm.Linf, ""), (Norm.L2, "L2"), (Norm.L1, "L1")];

    /// <summary>Share of the lead that a step must undo to count as having reached the boundary.</summary>
    private const double Reached = 1 - 1e-9;

    public IEnumerable<Quantity> Measure(Vicinity around) =>
        Norms.Select(pair => new Quantity("boundedRadius" + pair.Suffix, [.. around.Points.Select(at => Radius(around, at, pair.Norm))]));

    private static double? Radius(Vicinity around, LocalGeometry at, Norm norm)
    {
        using var scope = NewDisposeScope();
        var bounded = around.Low.isfinite().logical_and(around.High.isfinite()).all().item<bool>();
        if (!bounded)
        {
            return LinearRadiusIndicator.Radius(at.Rivals, rival => rival.Slope(norm));
        }

        var (low, high) = (around.Low.to(at.Point.dtype), around.High.to(at.Point.dtype));
        var own = Array.IndexOf(at.Classes, at.Label);
        var rivals = at.Rivals.Where(rival => Array.IndexOf(at.Classes, rival.Class) >= 0).ToArray();
        if (rivals.All(rival => rival.L1 == 0))
        {
            return null;
        }

        var index = tensor(rivals.Select(rival => (long)Array.IndexOf(at.Classes, rival.Class)).ToArray(), device: at.Rows.device);
        var normals = at.Rows[own] - at.Rows.index_select(0, index);
        // Jittered points may lie a little outside; their geometry is that of the valid input next to them.
        var points = at.Point.flatten(1).clamp(low, high).expand(rivals.Length, -1);
        var leads = tensor(rivals.Select(rival => rival.Lead).ToArray(), device: points.device).to(points.dtype);
        var step = Hyperplane.StepTo(points, normals, (normals * points).sum(1) - leads, low.expand(rivals.Length, -1), high.expand(rivals.Length, -1), norm);
        var undone = Doubles((normals * step).sum(1));
        var lengths = Doubles(Lp.Of(step, norm));
        var across = Doubles(Lp.Of(high - low, norm))[0];
        return rivals.Select((rival, i) => Math.Sign(rival.Lead)
            * (Math.Abs(undone[i]) >= Reached * Math.Abs(rival.Lead) ? Math.Min(lengths[i], across) : across)).Min();
    }

    private static double[] Doubles(Tensor values) => values.to(ScalarType.Float64).cpu().data<double>().ToArray();
}
