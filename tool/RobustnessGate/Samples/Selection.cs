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
    /// Indices in the order of use: the first N in file order, or the first N of a partial Fisher–Yates shuffle. With the
    /// same seed, a smaller N gives a prefix of a larger one.
    /// </summary>
    public static int[] Choose(SampleSelection selection, int count, int wanted, long seed) => selection switch
    {
        SampleSelection.First => [.. Enumerable.Range(0, wanted)],
        SampleSelection.Random => Shuffle(count, wanted, seed),
        _ => throw new ArgumentOutOfRangeException(nameof(selection)),
    };

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
