using System.Collections;

namespace RobustnessGate.Facts;

/// <summary>One outcome per sample: bit i is set where sample i is right on the point judged. Immutable.</summary>
public sealed class BitString : IReadOnlyList<bool>, IEquatable<BitString>
{
    private readonly bool[] _bits;

    public BitString(IEnumerable<bool> bits)
        : this([.. bits])
    {
    }

    private BitString(bool[] bits)
    {
        _bits = bits;
        Ones = bits.AsSpan().Count(true);
    }

    public int Count => _bits.Length;

    /// <summary>How many samples are right.</summary>
    public int Ones { get; }

    public bool this[int index] => _bits[index];

    /// <exception cref="FormatException">A character other than '0' and '1'.</exception>
    public static BitString Parse(string text)
    {
        var bits = new bool[text.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = text[i] switch
            {
                '1' => true,
                '0' => false,
                var c => throw new FormatException($"'{c}' is not a bit"),
            };
        }

        return new(bits);
    }

    public static BitString And(BitString a, BitString b)
    {
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"{a.Count} bits against {b.Count}");
        }

        var both = new bool[a.Count];
        for (var i = 0; i < both.Length; i++)
        {
            both[i] = a._bits[i] & b._bits[i];
        }

        return new(both);
    }

    /// <summary>Bits packed eight to a byte, first bit highest, in base64.</summary>
    public string ToBase64()
    {
        var bytes = new byte[(Count + 7) / 8];
        for (var i = 0; i < Count; i++)
        {
            if (_bits[i])
            {
                bytes[i / 8] |= (byte)(0x80 >> (i % 8));
            }
        }

        return Convert.ToBase64String(bytes);
    }

    /// <exception cref="FormatException">Not base64, or not exactly <paramref name="count"/> bits.</exception>
    public static BitString FromBase64(string text, int count)
    {
        var bytes = Convert.FromBase64String(text);
        if (bytes.Length != (count + 7) / 8)
        {
            throw new FormatException($"{bytes.Length} bytes cannot hold {count} bits");
        }

        var bits = new bool[count];
        for (var i = 0; i < count; i++)
        {
            bits[i] = (bytes[i / 8] & (0x80 >> (i % 8))) != 0;
        }

        return new(bits);
    }

    public override string ToString() => string.Create(Count, _bits, (text, bits) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = bits[i] ? '1' : '0';
        }
    });

    public IEnumerator<bool> GetEnumerator() => ((IEnumerable<bool>)_bits).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(BitString? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as BitString);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
