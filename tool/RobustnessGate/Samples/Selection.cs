using System.Collections.Immutable;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>
/// Which samples of a file are used, and in which order. Random draws come from SplitMix64 (Steele, Lea and Flood 2014)
/// as a counter-based generator: draw k is the mix of seed + (k+1)·0x9E3779B97F4A7C15, scaled to a range by the upper
/// half of a 64×64-bit product. The result depends on seed and count alone, and is the same on every machine.
/// </summary>
internal static class Selection
{
    /// <summary>
    /// Indices in the order of use: the first N in file order, the first N of a partial Fisher–Yates shuffle, or of a
    /// stratified one. With the same seed, a smaller N gives a prefix of a larger one.
    /// </summary>
    public static int[] Choose(SampleSelection selection, ImmutableArray<int> labels, int wanted, long seed) => selection switch
    {
        SampleSelection.First => [.. Enumerable.Range(0, wanted)],
        SampleSelection.Random => Shuffle(labels.Length, wanted, seed),
        SampleSelection.Stratified => Stratify(Shuffle(labels.Length, labels.Length, seed), labels, wanted),
        _ => throw new ArgumentOutOfRangeException(nameof(selection)),
    };

    /// <summary>
    /// Deals shuffled samples so that every prefix has the classes in the proportions of the whole: the r-th of n samples
    /// of a class stands at (r + ½)/n, ties go to the lower class.
    /// </summary>
    private static int[] Stratify(int[] shuffled, ImmutableArray<int> labels, int wanted) =>
    [
        .. shuffled.GroupBy(index => labels[index])
            .SelectMany(group => group.Select((index, rank) => (index, group.Key, Place: (rank + 0.5) / group.Count())))
            .OrderBy(sample => sample.Place).ThenBy(sample => sample.Key)
            .Take(wanted).Select(sample => sample.index),
    ];

    private static int[] Shuffle(int count, int wanted, long seed)
    {
        var indices = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < wanted; i++)
        {
            var j = i + (int)Below((ulong)(count - i), seed, (ulong)i);
            (indices[i], indices[j]) = (indices[j], indices[i]);
        }

        return indices[..wanted];
    }

    /// <summary>Uniform in [0, <paramref name="range"/>), up to a bias below range/2⁶⁴.</summary>
    private static ulong Below(ulong range, long seed, ulong draw)
    {
        var z = unchecked((ulong)seed + ((draw + 1) * 0x9E3779B97F4A7C15));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return Math.BigMul(z ^ (z >> 31), range, out _);
    }
}
