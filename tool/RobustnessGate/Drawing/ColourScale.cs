using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>Bands of values and their colours, shared by all surfaces of one quantity in a picture.</summary>
/// <param name="Levels">Round numbers, evenly spaced, ascending, at least two; of the decision function, 0 among them.</param>
/// <param name="Below">Whether values lie below the first level; they have the first band's colour.</param>
/// <param name="Above">Whether values lie above the last.</param>
internal sealed record ColourScale(SurfaceQuantity Quantity, ImmutableArray<double> Levels, bool Below, bool Above)
{
    private const int MostBands = 10;

    /// <summary>Outliers beyond these shares of the values don't stretch the scale.</summary>
    private const double FirstShare = 0.01, LastShare = 0.99;

    /// <summary>The step from one level to the next.</summary>
    public double Step => Levels[1] - Levels[0];

    /// <summary>The scale for all of these values.</summary>
    public static ColourScale Of(SurfaceQuantity quantity, IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).Order()];
        var (low, high) = finite.Length == 0 ? (0, 1) : (Quantile(finite, FirstShare), Quantile(finite, LastShare));
        if (quantity == SurfaceQuantity.Decision)
        {
            (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        }

        (low, high) = (Math.Clamp(low, -1e150, 1e150), Math.Clamp(high, -1e150, 1e150));
        if (!(high - low > 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high))))
        {
            var margin = high == 0 ? 1 : Math.Abs(high) * 0.1;
            (low, high) = (low - margin, high + margin);
        }

        var step = Ticks.Step(high - low, MostBands);
        var (first, last) = (Math.Floor((low / step) + 1e-9), Math.Ceiling((high / step) - 1e-9));
        ImmutableArray<double> levels = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
        return new(quantity, levels, finite.Length > 0 && finite[0] < levels[0], finite.Length > 0 && finite[^1] > levels[^1]);
    }

    /// <summary>Class of the band between a level and the next.</summary>
    public string Band(int band)
    {
        var middle = (Levels[band] + Levels[band + 1]) / 2;
        return Quantity == SurfaceQuantity.Loss
            ? Palette.Loss((middle - Levels[0]) / (Levels[^1] - Levels[0]))
            : Palette.Decision(middle / Math.Max(Math.Abs(Levels[0]), Math.Abs(Levels[^1])));
    }

    /// <summary>Class of the band that a finite value lies in.</summary>
    public string At(double value)
    {
        var band = (int)Math.Clamp(Math.Floor((value - Levels[0]) / Step), 0, Levels.Length - 2);
        return Band(band);
    }

    private static double Quantile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
