using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>
/// Paired bootstrap of the ratio of a statistic (Efron and Tibshirani 1993, chapters 8 and 13): samples are drawn with
/// replacement, each with its value before and now, so that what is common to both cancels. Deterministic in the seed.
/// </summary>
/// <param name="Fall">Share of the resamples in which the statistic did not fall: a one-sided p-value.</param>
/// <param name="Rise">Share of the resamples in which it did not rise.</param>
/// <param name="Drop">95 % percentile interval of the relative drop 1 − now/before.</param>
internal sealed record Bootstrap(double Fall, double Rise, Interval Drop)
{
    private const int FewestResamples = 9999;
    private const int MostResamples = 999_999;

    /// <summary>Log-ratios that are undefined (a statistic became negative) count as changes in either direction.</summary>
    /// <param name="level">At which p-values will be told significant: as many resamples are drawn as they need to get a tenth as low, within bounds.</param>
    public static Bootstrap Of(ImmutableArray<(double Before, double Now)> pairs, Statistic statistic, long seed, double level)
    {
        var before = new Resampled([.. pairs.Select(pair => pair.Before)], statistic);
        var now = new Resampled([.. pairs.Select(pair => pair.Now)], statistic);
        var random = CounterRandom.For(seed, "gate: paired bootstrap");
        var times = new int[pairs.Length];
        var ratios = new double[(int)Math.Clamp(Math.Ceiling(10 / level) - 1, FewestResamples, MostResamples)];
        for (var r = 0; r < ratios.Length; r++)
        {
            Array.Clear(times);
            for (var i = 0; i < times.Length; i++)
            {
                times[random.NextInt(times.Length)]++;
            }

            ratios[r] = LogRatio(before.Of(times), now.Of(times));
        }

        Array.Sort(ratios);
        var defined = ratios.SkipWhile(double.IsNaN).ToArray();
        var interval = defined.Length == 0
            ? new Interval(double.NegativeInfinity, double.PositiveInfinity)
            : new(1 - Math.Exp(Quantile(defined, 0.975)), 1 - Math.Exp(Quantile(defined, 0.025)));
        return new(
            (1 + ratios.Count(ratio => ratio >= 0)) / (ratios.Length + 1.0),
            (1 + ratios.Count(ratio => ratio <= 0)) / (ratios.Length + 1.0), interval);
    }

    private static double LogRatio(double before, double now) =>
        before == now ? 0 : before < 0 || now < 0 ? double.NaN : Math.Log(now / before);

    /// <summary>The nearest order statistic: interpolation would meet infinities, where a statistic left zero.</summary>
    private static double Quantile(double[] sorted, double q) => sorted[(int)Math.Round((sorted.Length - 1) * q)];

    /// <summary>A statistic of any resample in time linear in the samples: values are sorted once.</summary>
    private sealed class Resampled
    {
        private readonly double[] _values;
        private readonly int[] _order;
        private readonly Statistic _statistic;

        public Resampled(double[] values, Statistic statistic)
        {
            _order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
            _values = [.. _order.Select(i => values[i])];
            _statistic = statistic;
        }

        /// <param name="times">How often each sample was drawn; as many draws as samples.</param>
        public double Of(int[] times) => _statistic switch
        {
            Statistic.Mean => Mean(times),
            Statistic.Median => At(times, 0.5),
            Statistic.P05 => At(times, 0.05),
            _ => At(times, 0.95),
        };

        private double Mean(int[] times)
        {
            var sum = 0.0;
            for (var i = 0; i < _values.Length; i++)
            {
                sum += _values[i] * times[_order[i]];
            }

            return sum / times.Length;
        }

        /// <summary>The type 7 quantile of <see cref="IndicatorSummary"/>.</summary>
        private double At(int[] times, double q)
        {
            var position = (times.Length - 1) * q;
            var below = (int)Math.Floor(position);
            var (low, high) = (double.NaN, double.NaN);
            for (int i = 0, passed = 0; i < _values.Length; i++)
            {
                passed += times[_order[i]];
                if (double.IsNaN(low) && passed > below)
                {
                    low = _values[i];
                }

                if (passed > Math.Min(below + 1, times.Length - 1))
                {
                    high = _values[i];
                    break;
                }
            }

            return position == below || low == high ? low : low + ((position - below) * (high - low));
        }
    }
}
