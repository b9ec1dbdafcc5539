using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>An image of bytes.</summary>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Bytes">(Height, Width, Channels) in C order.</param>
internal sealed record Pixels(int Width, int Height, int Channels, ImmutableArray<byte> Bytes)
{
    /// <summary>Values from a range, dark to bright; what is outside is clamped, what isn't a number is black.</summary>
    /// <param name="shape">(h, w), (1, h, w) or (3, h, w).</param>
    /// <exception cref="ArgumentException">Another shape, or not as many values as it has places.</exception>
    public static Pixels Of(IReadOnlyList<int> shape, IReadOnlyList<float> values, double low, double high) =>
        Map(shape, values, value => (value - low) / (high - low));

    /// <summary>Signed values around mid-grey: ±<paramref name="most"/> is white and black.</summary>
    public static Pixels Signed(IReadOnlyList<int> shape, IReadOnlyList<float> values, double most) =>
        Map(shape, values, value => 0.5 + (value / most / 2));

    /// <summary>Bytes in channels-first order, such as pictures of Jacobians have.</summary>
    public static Pixels Of(IReadOnlyList<int> shape, IReadOnlyList<byte> values) =>
        Arrange(shape, values.Count, i => values[i]);

    /// <summary>The image or, where a side is longer than that, one whose pixels are means of squares of its pixels.</summary>
    public Pixels Shrunk(int most)
    {
        var by = (Math.Max(Width, Height) + most - 1) / most;
        if (by <= 1)
        {
            return this;
        }

        var (width, height) = ((Width + by - 1) / by, (Height + by - 1) / by);
        var bytes = ImmutableArray.CreateBuilder<byte>(width * height * Channels);
        for (var i = 0; i < width * height * Channels; i++)
        {
            bytes.Add(Mean(i / Channels % width * by, i / Channels / width * by, i % Channels, by));
        }

        return new(width, height, Channels, bytes.MoveToImmutable());
    }

    /// <summary>The image with each pixel as a square of equal ones, as large as its longer side allows: some viewers would smooth it.</summary>
    public Pixels Enlarged(int most)
    {
        var by = most / Math.Max(Width, Height);
        if (by <= 1)
        {
            return this;
        }

        var (width, height) = (Width * by, Height * by);
        var bytes = ImmutableArray.CreateBuilder<byte>(width * height * Channels);
        for (var i = 0; i < width * height * Channels; i++)
        {
            var (x, y) = (i / Channels % width / by, i / Channels / width / by);
            bytes.Add(Bytes[(((y * Width) + x) * Channels) + (i % Channels)]);
        }

        return new(width, height, Channels, bytes.MoveToImmutable());
    }

    private byte Mean(int left, int top, int channel, int by)
    {
        var (sum, count) = (0, 0);
        for (var y = top; y < Math.Min(top + by, Height); y++)
        {
            for (var x = left; x < Math.Min(left + by, Width); x++)
            {
                sum += Bytes[(((y * Width) + x) * Channels) + channel];
                count++;
            }
        }

        return (byte)Math.Round((double)sum / count);
    }

    private static Pixels Map(IReadOnlyList<int> shape, IReadOnlyList<float> values, Func<double, double> share) => Arrange(shape, values.Count, i =>
    {
        var at = share(values[i]);
        return double.IsNaN(at) ? (byte)0 : (byte)Math.Round(Math.Clamp(at, 0, 1) * 255);
    });

    /// <summary>From channels first to channels last.</summary>
    private static Pixels Arrange(IReadOnlyList<int> shape, int count, Func<int, byte> value)
    {
        if (!(shape.Count == 2 || shape is [1 or 3, _, _]) || shape.Aggregate(1, (size, side) => size * side) != count)
        {
            throw new ArgumentException($"{count} values of shape ({string.Join(", ", shape)}) are no image.", nameof(shape));
        }

        var (channels, plane) = (shape.Count == 3 ? shape[0] : 1, shape[^1] * shape[^2]);
        return new(shape[^1], shape[^2], channels, [.. Enumerable.Range(0, count).Select(i => value((i % channels * plane) + (i / channels)))]);
    }
}
