using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// How much of the gradient of L is another on the way to the boundary: ‖∇L(x − h·sign J) − J‖₁ / ‖J‖₁ at
/// h = ε/16, ε/4 and ε; curvature at a finite scale, as Moosavi-Dezfooli et al. 2019 ("Robustness via curvature
/// regularization") use it. And whether the point lies on a kink: a step of a hundred-millionth of the range must not
/// change the gradient. Where it does (equal inputs of a max-pool, as on constant backgrounds), derivatives at the
/// point are a matter of the framework's choice among equals.
/// </summary>
internal sealed class GradientChangeIndicator : IIndicator
{
    /// <summary>Of the range; far below any scale of data, far above float64's rounding.</summary>
    private const double TinyStep = 1e-8;

    /// <summary>Relative change of the gradient over a tiny step that no smooth network makes.</summary>
    private const double Jump = 1e-4;

    public IEnumerable<Quantity> Measure(Vicinity around)
    {
        using var scope = NewDisposeScope();
        var (ε, count) = (around.Setting.Epsilon, around.Points.Count);
        var points = cat([.. around.Points.Select(at => at.Point)], 0);
        var slopes = stack([.. around.Points.Select(at => at.Gradient)], 0);
        var downhill = -slopes.sign();
        var steps = new[] { ε / 16 * downhill, ε / 4 * downhill, ε * downhill, TinyStep * around.Setting.Range * around.Signs("tie", count) };
        var moved = cat([.. steps.Select(step => points + step.reshape(points.shape))], 0);
        var (_, gradients) = around.Slopes(moved);
        var size = slopes.abs().sum(1);
        var change = ((gradients.reshape(steps.Length, count, -1) - slopes).abs().sum(2) / size).to(ScalarType.Float64)
            .cpu().data<double>().ToArray();
        double?[] At(int step) => [.. Enumerable.Range(0, count).Select(i => change[(step * count) + i]).Select(value => double.IsFinite(value) ? value : (double?)null)];
        var jump = around.Exact ? At(3) : new double?[count];
        return
        [
            new("gradientChange16", At(0)), new("gradientChange4", At(1)), new("gradientChange1", At(2)),
            new("gradientJump", jump), new("gradientTie", [.. jump.Select(value => value is { } v ? (v > Jump ? 1.0 : 0.0) : (double?)null)]),
        ];
    }
}
