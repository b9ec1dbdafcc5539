using System.Collections;

namespace RobustnessGate.Results;

/// <summary>One outcome per sample: bit i is set where sample i is right on the point judged. Immutable.</summary>
public sealed class BitString : IReadOnlyList<bool>, IEquatable<BitString>
{
    private readonly bool[] _bits;

    public BitString(IEnumerable<bool> bits) => _bits = [.. bits];

    public int Count => _bits.Length;

    /// <summary>How many samples are right.</summary>
    public int Ones => _bits.Count(bit => bit);

    public bool this[int index] => _bits[index];

    /// <exception cref="FormatException">A character other than '0' and '1'.</exception>
    public static BitString Parse(string text) => new(text.Select(c => c switch
    {
        '1' => true,
        '0' => false,
        _ => throw new FormatException($"'{c}' is not a bit"),
    }));

    public static BitString And(BitString a, BitString b)
    {
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"{a.Count} bits against {b.Count}");
        }

        return new(a.Zip(b, (x, y) => x && y));
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

        return new(Enumerable.Range(0, count).Select(i => (bytes[i / 8] & (0x80 >> (i % 8))) != 0));
    }

    public override string ToString() => string.Concat(_bits.Select(bit => bit ? '1' : '0'));

    public IEnumerator<bool> GetEnumerator() => ((IEnumerable<bool>)_bits).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(BitString? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as BitString);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
