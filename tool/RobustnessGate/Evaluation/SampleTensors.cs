using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Samples as tensors, decoded when they are asked for.</summary>
internal sealed class SampleTensors(SampleSet samples, InputSection input, Device device)
{
    public int Count => samples.Count;

    public IReadOnlyList<int> Labels => samples.Labels;

    public IReadOnlyList<int> Shape => input.Shape;

    public InputSection Input => input;

    /// <summary>(n, …shape): the first samples, as many as a batch takes or there are.</summary>
    public Tensor First(long batch) => Load([.. Enumerable.Range(0, (int)Math.Min(Count, batch))]);

    /// <summary>Numbers in one sample.</summary>
    public int Features => input.Size;

    /// <summary>What people call a sample: its number in the data file, from 0, whichever samples are in use and in which order.</summary>
    public int Number(int sample) => samples.Positions[sample];

    public ulong Id(int sample) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(samples.Ids.AsSpan(sample * 8, 8));

    /// <summary>The features of one sample.</summary>
    public float[] Read(int sample)
    {
        var values = new float[input.Size];
        samples.Read(sample, 1, values);
        return values;
    }

    /// <summary>(n, …) float32 of the samples at these positions.</summary>
    public Tensor Load(ReadOnlySpan<int> positions)
    {
        var values = new float[positions.Length * input.Size];
        for (var i = 0; i < positions.Length; i++)
        {
            samples.Read(positions[i], 1, values.AsSpan(i * input.Size, input.Size));
        }

        return Shaped(values, positions.Length);
    }

    /// <summary>(n, …) float32 of points held in memory.</summary>
    public Tensor Stack(IReadOnlyList<float[]> points) => Shaped([.. points.SelectMany(point => point)], points.Count);

    /// <summary>(n, K): some rows of a table that has one for every sample.</summary>
    public Tensor Matrix(ReadOnlySpan<int> positions, float[][] table)
    {
        var values = new List<float>();
        foreach (var position in positions)
        {
            values.AddRange(table[position]);
        }

        return tensor(values.ToArray(), device: device).reshape(positions.Length, -1);
    }

    /// <summary>Least and greatest valid value of every feature: the bounds, and for <c>epsilon: box</c> the samples' own region.</summary>
    /// <param name="positions">Of n samples.</param>
    /// <param name="region">Whether the samples' own region counts too.</param>
    /// <returns>Each (n, …shape) float32 in raw input units; infinite where nothing bounds a feature.</returns>
    /// <exception cref="MistakeException">RG0320: a region that lies outside the bounds.</exception>
    public (Tensor Low, Tensor High) Box(ReadOnlySpan<int> positions, bool region)
    {
        var size = input.Size;
        var low = new float[positions.Length * size];
        var high = new float[low.Length];
        for (var at = 0; at < low.Length; at++)
        {
            var bounds = input.BoundsOf(at % size);
            low[at] = (float)(bounds?.Low ?? double.NegativeInfinity);
            high[at] = (float)(bounds?.High ?? double.PositiveInfinity);
        }

        if (region)
        {
            var (lower, upper) = (new float[input.Size], new float[input.Size]);
            for (var i = 0; i < positions.Length; i++)
            {
                samples.ReadRegion(positions[i], 1, lower, upper);
                for (var j = 0; j < input.Size; j++)
                {
                    var at = (i * input.Size) + j;
                    (low[at], high[at]) = (Math.Max(low[at], lower[j]), Math.Min(high[at], upper[j]));
                    if (!(low[at] <= high[at]))
                    {
                        throw new MistakeException(ExitCode.InvalidInput, new Finding("RG0320", Severity.Error, null, FormattableString.Invariant(
                            $"the region of sample {Number(positions[i])} lies outside the model's bounds at feature {j}: no valid input is in it. Give regions within the bounds, or set bounds: none.")));
                    }
                }
            }
        }

        return (Shaped(low, positions.Length), Shaped(high, positions.Length));
    }

    private Tensor Shaped(float[] values, int rows) =>
        tensor(values, device: device).reshape([rows, .. input.Shape.Select(size => (long)size)]);
}
