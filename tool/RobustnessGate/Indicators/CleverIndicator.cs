using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// CLEVER (Weng et al. 2018, "Evaluating the robustness of neural networks: an extreme value theory approach") in ℓ∞, on
/// L itself: L(x) over the greatest ‖∇L‖₁ in the ball of twice ε, which is extrapolated from the maxima of random batches
/// by a reverse Weibull fit; at most the ball's radius. An estimate, never a bound: points that sampling misses are where
/// attacks go.
/// </summary>
internal sealed class CleverIndicator : IIndicator
{
    private const int Maxima = 40;
    private const int PointsOfAMaximum = 64;

    public IEnumerable<Quantity> Measure(Vicinity around)
    {
        if (!around.Setting.Clever)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var radius = 2 * around.Setting.Epsilon;
        var at = around.Sample;
        // Norms of thousands of gradients need no float64.
        var point = at.Point.to(ScalarType.Float32);
        var random = around.Random("clever");
        var maxima = new List<double>();
        while (maxima.Count < Maxima)
        {
            using var pass = NewDisposeScope();
            var values = new float[PointsOfAMaximum * at.Dimension];
            foreach (ref var value in values.AsSpan())
            {
                value = (float)radius * ((2 * random.NextSingle()) - 1);
            }

            var moved = point + tensor(values, device: point.device).reshape([PointsOfAMaximum, .. point.shape[1..]]);
            maxima.Add(around.Slopes(moved).Gradients.abs().sum(1).amax(0).to(ScalarType.Float64).item<double>());
        }

        if (!maxima.All(double.IsFinite))
        {
            return [new("cleverRadius", (double?)null), new("cleverP", (double?)null)];
        }

        var fit = ReverseWeibull.Fit(maxima);
        return
        [
            new("cleverRadius", fit.Location > 0 ? Math.Min(radius, at.Margin / fit.Location) : null),
            new("cleverP", fit.P),
        ];
    }
}
