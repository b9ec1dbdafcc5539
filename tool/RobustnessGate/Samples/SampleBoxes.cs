using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>A box per sample and feature, from NPY files shaped like the images; used by attacks with <c>epsilon: box</c>.</summary>
internal sealed record SampleBoxes(StoredSamples Lower, StoredSamples Upper)
{
    /// <returns>Null where the policy names no region.</returns>
    /// <exception cref="Diagnostics.MistakeException">RG0320: one side missing, not finite, or lower above upper; RG0305, RG0306: another shape or count.</exception>
    public static SampleBoxes? Load(DataSection data, InputSection input, int count, int[] chosen)
    {
        if (data.Lower is null && data.Upper is null)
        {
            return null;
        }

        if (data.Lower is null || data.Upper is null)
        {
            throw DataMistake.At("RG0320", data.Lower ?? data.Upper!, "a region needs both data.lower and data.upper; only one is set.");
        }

        var region = new SampleBoxes(Side(data.Lower, data, input, count, chosen), Side(data.Upper, data, input, count, chosen));
        region.Check(data, chosen);
        return region;
    }

    /// <summary>Adds the box of sample <paramref name="index"/> to the hash of the data.</summary>
    public void Identify(int index, SampleIdentity identity)
    {
        var (lower, upper) = At(index);
        identity.AddRegion(lower, upper);
    }

    private static StoredSamples Side(string path, DataSection data, InputSection input, int count, int[] chosen)
    {
        var array = Npy.Open(DataFile.At(path));
        if (array.Count != count)
        {
            throw DataMistake.At("RG0306", path, FormattableString.Invariant(
                $"it holds the regions of {array.Count} samples for {count} images. A region file is shaped like the images."));
        }

        var layout = Layout.Fit(array.SampleShape, input.Shape, path);
        var mapTo = data.Scale == DataScale.Auto && input.FeatureBounds.IsEmpty ? input.Bounds : null;
        return new StoredSamples(array.Take(chosen), new SampleDecoder(array.Type, layout, mapTo), input.Size);
    }

    private void Check(DataSection data, int[] chosen)
    {
        for (var i = 0; i < chosen.Length; i++)
        {
            var (lower, upper) = At(i);
            for (var k = 0; k < lower.Length; k++)
            {
                if (!float.IsFinite(lower[k]) || !float.IsFinite(upper[k]) || !(lower[k] <= upper[k]))
                {
                    throw DataMistake.At("RG0320", data.Lower!, FormattableString.Invariant(
                        $"at sample {chosen[i]}, feature {k}, lower is {lower[k]} and upper is {upper[k]}. A box needs finite numbers with lower ≤ upper."));
                }
            }
        }
    }

    private (float[] Lower, float[] Upper) At(int index)
    {
        var (lower, upper) = (new float[Lower.Features], new float[Upper.Features]);
        Lower.Read(index, 1, lower);
        Upper.Read(index, 1, upper);
        return (lower, upper);
    }
}
