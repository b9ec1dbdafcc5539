namespace RobustnessGate.Attacks;

/// <summary>
/// The pair of features of greatest saliency (Papernot et al. 2016, Algorithm 3): p and q that maximise
/// (rise_p + rise_q)·(fall_p + fall_q) with both sums positive.
/// </summary>
/// <remarks>
/// Where two features rise and fall at least as much as a third, that one need not be in a best pair: one of the two can
/// take its place. So it is enough to search the pairs of features that at most one other dominates, which are a few
/// dozen of thousands. The search is exact, in O(d) memory, while these are at most <see cref="MostSearched"/>, as they
/// are for every input of up to so many features. Of more, those of the greatest product of their own
/// are searched ("front-4096").
/// </remarks>
internal static class SaliencyPair
{
    public const int MostSearched = 4096;

    /// <param name="rises">(d): by how much the target's logit rises; NaN for features that may not be changed.</param>
    /// <param name="falls">(d): by how much the sum of the other logits falls.</param>
    /// <returns>The two features, the lower first; null where no pair is salient.</returns>
    public static (int First, int Second)? Best(ReadOnlySpan<float> rises, ReadOnlySpan<float> falls)
    {
        var front = Front(rises, falls);
        var best = 0.0;
        (int, int)? pair = null;
        for (var i = 0; i < front.Length; i++)
        {
            for (var j = i + 1; j < front.Length; j++)
            {
                var rise = (double)rises[front[i]] + rises[front[j]];
                var fall = (double)falls[front[i]] + falls[front[j]];
                if (rise > 0 && fall > 0 && rise * fall > best)
                {
                    best = rise * fall;
                    pair = (Math.Min(front[i], front[j]), Math.Max(front[i], front[j]));
                }
            }
        }

        return pair;
    }

    /// <summary>Features that fewer than two others dominate.</summary>
    private static int[] Front(ReadOnlySpan<float> rises, ReadOnlySpan<float> falls)
    {
        var keys = new List<float>(rises.Length);
        var order = new List<int>(rises.Length);
        for (var i = 0; i < rises.Length; i++)
        {
            if (float.IsFinite(rises[i]) && float.IsFinite(falls[i]))
            {
                keys.Add(-rises[i]);
                order.Add(i);
            }
        }

        var features = order.ToArray();
        Array.Sort(keys.ToArray(), features);
        var front = new List<int>();
        var (most, second) = (float.NegativeInfinity, float.NegativeInfinity);
        foreach (var feature in features)
        {
            var fall = falls[feature];
            if (fall > second)
            {
                front.Add(feature);
                (most, second) = fall > most ? (fall, most) : (most, fall);
            }
        }

        return front.Count <= MostSearched ? [.. front] : Reduced(front, rises, falls);
    }

    private static int[] Reduced(List<int> front, ReadOnlySpan<float> rises, ReadOnlySpan<float> falls)
    {
        var features = front.ToArray();
        var keys = new float[features.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = -Math.Max(rises[features[i]], 0) * Math.Max(falls[features[i]], 0);
        }

        Array.Sort(keys, features);
        return features[..MostSearched];
    }
}
