using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>Every number in use is finite and lies in the model's bounds, up to the rounding of float32 sources.</summary>
/// <param name="positions">Index in the file of each sample in use.</param>
internal sealed class PixelCheck(DataSource source, InputSection input, int[] positions, DataScale scale)
{
    /// <summary>What a value may exceed a bound by; the evaluator projects onto the bounds.</summary>
    private const double Slack = 1e-6;

    /// <summary>Decodes every sample once, checks it, and hands it on.</summary>
    /// <returns>Least and greatest value.</returns>
    /// <exception cref="Diagnostics.MistakeException">RG0307 outside the bounds, RG0309 not finite.</exception>
    public Bounds Run(StoredSamples images, Action<int, ReadOnlySpan<float>> use)
    {
        var tensor = new float[images.Features];
        var (least, greatest, first) = (double.PositiveInfinity, double.NegativeInfinity, -1);
        for (var i = 0; i < images.Count; i++)
        {
            images.Read(i, 1, tensor);
            foreach (var value in tensor)
            {
                if (!float.IsFinite(value))
                {
                    throw DataMistake.At("RG0309", source.Path, FormattableString.Invariant(
                        $"sample {positions[i]} holds {(float.IsNaN(value) ? "NaN" : "an infinite value")}. Nothing computed from it would mean anything; repair or leave out this sample."));
                }

                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
            }

            if (!input.FeatureBounds.IsEmpty)
            {
                RefuseFeature(tensor, positions[i]);
            }

            if (first < 0 && Outside(least, greatest))
            {
                first = i;
            }

            use(i, tensor);
        }

        if (first >= 0)
        {
            throw DataMistake.At("RG0307", source.Path, Words(least, greatest, positions[first]));
        }

        return new Bounds(least, greatest);
    }

    /// <summary>Where features have bounds of their own, the first that leaves them is named.</summary>
    private void RefuseFeature(ReadOnlySpan<float> tensor, int sample)
    {
        for (var k = 0; k < tensor.Length; k++)
        {
            var b = input.FeatureBounds[k];
            if (!(tensor[k] >= b.Low - Slack && tensor[k] <= b.High + Slack))
            {
                throw DataMistake.At("RG0307", source.Path, FormattableString.Invariant(
                    $"sample {sample} holds {tensor[k]} at feature {k}, whose bounds are [{b.Low}, {b.High}]. Correct model.input.bounds, or the sample."));
            }
        }
    }

    private bool Outside(double least, double greatest) =>
        input.Bounds is { } b && !(least >= b.Low - Slack && greatest <= b.High + Slack);

    private string Words(double least, double greatest, int sample)
    {
        var b = input.Bounds!.Value;
        var reach = greatest > b.High + Slack
            ? FormattableString.Invariant($"pixels reach {(float)greatest}")
            : FormattableString.Invariant($"pixels go down to {(float)least}");
        return FormattableString.Invariant($"{reach} but the model's bounds are [{b.Low}, {b.High}] (first at sample {sample}). {Hint(least, greatest)}");
    }

    private string Hint(double least, double greatest)
    {
        if (source.Type.Kind == ElementKind.UInt8)
        {
            return scale == DataScale.None
                ? "data.scale: none takes 8-bit pixels as they are; remove it to map 0..255 to the bounds, or set model.input.bounds: [0, 255]."
                : "Correct model.input.bounds.";
        }

        if (Csv.Matches(source.Path))
        {
            return FormattableString.Invariant(
                $"Numbers in a table are taken as they are: set model.input.bounds to the range that they may have, such as [{Math.Floor(least)}, {Math.Ceiling(greatest)}], and scale, mean or std to what the network wants of them.");
        }

        var read = $"Numbers of type {source.Type.Name} are taken as they are; ";
        return least < 0
            ? read + "negative values look normalised: save raw pixels and leave mean and std to model.input, or correct model.input.bounds."
            : greatest > 1.5
                ? read + "save 0..255 images as uint8, which are mapped to the bounds, or divide by 255, or correct model.input.bounds."
                : read + "scale them, or correct model.input.bounds.";
    }
}
