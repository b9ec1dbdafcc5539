using System.Buffers;
using RobustnessGate.Maths;

namespace RobustnessGate.Samples;

/// <summary>Stored bytes of one sample → float32 in raw input units and the model's order.</summary>
internal sealed class SampleDecoder
{
    private readonly ElementType _type;
    private readonly int[]? _gather;
    private readonly float[]? _levels;

    /// <param name="mapTo">Where 8-bit values are mapped to, linearly from 0..255; null to take values as they are.</param>
    public SampleDecoder(ElementType type, Layout layout, Bounds? mapTo)
    {
        _type = type;
        _gather = layout.Gather;
        if (type.Kind == ElementKind.UInt8)
        {
            _levels = [.. Enumerable.Range(0, 256).Select(v => mapTo is { } bounds ? Level(v, bounds) : v)];
        }
    }

    public void Decode(byte[] stored, Span<float> destination)
    {
        if (_levels is not null)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = _levels[stored[_gather is null ? i : _gather[i]]];
            }
        }
        else if (_gather is null)
        {
            _type.Decode(stored, destination);
        }
        else
        {
            var rented = ArrayPool<float>.Shared.Rent(destination.Length);
            _type.Decode(stored, rented.AsSpan(0, destination.Length));
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = rented[_gather[i]];
            }

            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>The ends are exact; in between one rounding from float64.</summary>
    private static float Level(int value, Bounds bounds) =>
        value == 255 ? (float)bounds.High : (float)(bounds.Low + (value / 255.0 * bounds.Range));
}
