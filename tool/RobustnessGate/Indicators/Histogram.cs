using RobustnessGate.Facts;

namespace RobustnessGate.Indicators;

/// <summary>Counts magnitudes in bins of half a decade, for distributions like those of Fig. 8 (Yu et al. 2018); NaN is none.</summary>
internal sealed class Histogram(string name)
{
    private const double FirstDecade = -16;
    private const int Bins = 40;
    private const int BinsOfADecade = 2;

    private readonly int[] _counts = new int[Bins];
    private int _zeros;

    /// <param name="zeros">Values that are exactly zero and not listed.</param>
    public void Add(IEnumerable<double> values, long zeros = 0)
    {
        _zeros = (int)Math.Min(int.MaxValue, _zeros + zeros);
        foreach (var value in values)
        {
            if (double.IsNaN(value))
            {
                continue;
            }

            var bin = Math.Floor((Math.Log10(Math.Abs(value)) - FirstDecade) * BinsOfADecade);
            if (bin >= 0)
            {
                _counts[(int)Math.Min(bin, Bins - 1)]++;
            }
            else
            {
                _zeros++;
            }
        }
    }

    public Distribution ToDistribution() => new(name, FirstDecade, 1.0 / BinsOfADecade, _zeros, [.. _counts]);
}
