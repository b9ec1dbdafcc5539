namespace RobustnessGate.Samples;

/// <summary>Samples as stored, and how to decode them.</summary>
internal sealed class StoredSamples(byte[][] stored, SampleDecoder decoder, int features)
{
    public int Count => stored.Length;

    public int Features => features;

    /// <summary>(count, …shape) float32 in raw input units, C order.</summary>
    public void Read(int start, int count, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, stored.Length - start);
        if (destination.Length != count * features)
        {
            throw new ArgumentException($"{count} samples of {features} numbers do not fill {destination.Length}", nameof(destination));
        }

        for (var i = 0; i < count; i++)
        {
            decoder.Decode(stored[start + i], destination.Slice(i * features, features));
        }
    }
}
