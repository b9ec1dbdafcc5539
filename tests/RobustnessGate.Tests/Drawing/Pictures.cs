using System.Collections.Immutable;
using RobustnessGate.Drawing;

namespace RobustnessGate.Tests.Drawing;

/// <summary>Surfaces for tests.</summary>
internal static class Pictures
{
    public static ImmutableArray<double> Grid(Axis x, Axis y, Func<double, double, double> of) =>
        [.. Enumerable.Range(0, x.Nodes * y.Nodes).Select(i => of(x.At(i % x.Nodes), y.At(i / x.Nodes)))];

    public static Surface Of(Func<double, double, double> of, int nodes = 41, double radius = 0.4, SurfaceQuantity quantity = SurfaceQuantity.Decision)
    {
        Axis x = new("random (input units)", -radius, radius, nodes), y = new("sign of the margin's gradient (input units)", -radius, radius, nodes);
        return new("panel", x, y, Grid(x, y, of), quantity);
    }

    /// <summary>A network's surfaces as they often are: a plateau that falls off along y, with all marks.</summary>
    public static Surface Plateau(SurfaceQuantity quantity, double height, int nodes = 101)
    {
        var decision = Of((x, y) => (6 * height) - (60 * Math.Max(0, y)) - (14 * Math.Abs(y + 0.1)) - (90 * x * x) + (2 * Math.Sin((21 * x) + (3 * y)) * Math.Cos(17 * y)), nodes);
        var shown = quantity == SurfaceQuantity.Decision
            ? decision
            : decision with { Quantity = quantity, Values = [.. decision.Values.Select(l => Math.Log(1 + Math.Exp(-l)))], Decision = decision.Values };
        return shown with
        {
            Title = $"height {Digits.Short(height)}",
            Box = [new(-0.1, -0.1), new(0.1, -0.1), new(0.1, 0.1), new(-0.1, 0.1)],
            BoxLabel = "ε = 0.1",
            Path = [new(0, 0), new(0.02, 0.02), new(0.01, 0.05), new(0.03, 0.075), new(0.02, 0.1)],
            PathLabel = "pgd, 4 steps",
            Crossings = [new(new(0.25, 0), "0.25"), new(new(-0.28, 0), "0.28"), new(new(0, 0.082), "0.082")],
        };
    }
}
