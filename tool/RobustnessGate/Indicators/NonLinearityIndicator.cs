using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// How far L strays from its linearisation within the ℓ∞ ball: max |L(x+δ) − L(x) − J·δ| over ‖δ‖∞ ≤ ε, by a short
/// projected ascent, over ε‖J‖₁, the most that the linear part changes (after Qin et al. 2019, "Adversarial robustness
/// through local linearization", on the margin). What "curvature of L" means for a piecewise-linear network, whose
/// second derivatives are zero. A search gives a lower bound of the maximum.
/// </summary>
internal sealed class NonLinearityIndicator : IIndicator
{
    private const int Steps = 6;

    public IEnumerable<Quantity> Measure(Vicinity around)
    {
        using var scope = NewDisposeScope();
        // Two searches from each point, one for the greatest and one for the least: which of them leads at the start is
        // a matter of rounding. Both start at a corner of the ball, half of the features moved downhill, half uphill.
        var count = around.Points.Count;
        var points = cat([.. around.Points.Select(at => at.Point)], 0).repeat_interleave(2, 0);
        var slopes = stack([.. around.Points.Select(at => at.Gradient)], 0).repeat_interleave(2, 0);
        var values = tensor(around.Points.SelectMany(at => new[] { at.Margin, at.Margin }).ToArray(), device: points.device).to(points.dtype);
        var direction = tensor(Enumerable.Range(0, 2 * count).Select(i => i % 2 == 0 ? 1.0 : -1.0).ToArray(), device: points.device)
            .to(points.dtype).unsqueeze(1);
        var ε = around.Setting.Epsilon;
        var delta = ε * slopes.sign() * around.Signs("nonlinearity", count).repeat_interleave(2, 0);
        var best = zeros_like(values);
        for (var step = 0; step <= Steps; step++)
        {
            using var pass = NewDisposeScope();
            var (margins, gradients) = around.Slopes(points + delta.reshape(points.shape));
            var strayed = margins - values - (slopes * delta).sum(1);
            best = maximum(best, strayed.abs()).MoveToOuterDisposeScope();
            var uphill = direction * (gradients - slopes).sign();
            delta = (delta + (2 * ε / Steps * uphill)).clamp(-ε, ε).MoveToOuterDisposeScope();
        }

        var most = best.reshape(count, 2).amax(1).to(ScalarType.Float64).cpu().data<double>().ToArray();
        return [new("nonLinearity", [.. around.Points.Select((at, i) => Ratio(most[i], at))])];

        double? Ratio(double strayed, LocalGeometry at)
        {
            var linear = ε * at.Gradient.abs().sum().to(ScalarType.Float64).item<double>();
            return linear > 0 ? strayed / linear : null;
        }
    }
}
