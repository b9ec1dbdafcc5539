using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RobustnessGate.Maths;

/// <summary>
/// A counter-based generator (Philox 4×32-10; Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
/// A stream is named by a key alone, so noise does not depend on batches, order, shards or threads.
/// </summary>
public struct CounterRandom
{
    private readonly uint _key0;
    private readonly uint _key1;
    private ulong _block;
    private (uint A, uint B, uint C, uint D) _words;
    private int _left;

    /// <summary>The stream of a 64-bit key.</summary>
    public CounterRandom(ulong key)
    {
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
    }

    /// <summary>The stream named by a seed, a purpose and any numbers: different names, independent streams.</summary>
    public static CounterRandom For(long seed, string purpose, params ReadOnlySpan<ulong> names)
    {
        Span<byte> text = stackalloc byte[8 + (8 * names.Length) + Encoding.UTF8.GetByteCount(purpose)];
        BinaryPrimitives.WriteInt64LittleEndian(text, seed);
        for (var i = 0; i < names.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(text[(8 + (8 * i))..], names[i]);
        }

        Encoding.UTF8.GetBytes(purpose, text[(8 + (8 * names.Length))..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(text, hash);
        return new CounterRandom(BinaryPrimitives.ReadUInt64LittleEndian(hash));
    }

    /// <summary>Uniform over all 32-bit words.</summary>
    public uint NextWord()
    {
        if (_left == 0)
        {
            _words = Block(_block++, _key0, _key1);
            _left = 4;
        }

        return _left-- switch
        {
            4 => _words.A,
            3 => _words.B,
            2 => _words.C,
            _ => _words.D,
        };
    }

    /// <summary>Uniform in [0, 1), a multiple of 2⁻²⁴: exact in float32.</summary>
    public float NextSingle() => (NextWord() >> 8) * (1f / (1 << 24));

    /// <summary>Uniform in 0..<paramref name="count"/>−1.</summary>
    public int NextInt(int count) => (int)(((ulong)NextWord() * (uint)count) >> 32);

    /// <summary>Standard normal (Box–Muller).</summary>
    public float NextNormal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - (double)NextSingle()));
        return (float)(radius * Math.Cos(2 * Math.PI * NextSingle()));
    }

    private static (uint A, uint B, uint C, uint D) Block(ulong counter, uint key0, uint key1)
    {
        var (a, b, c, d) = ((uint)counter, (uint)(counter >> 32), 0u, 0u);
        for (var round = 0; round < 10; round++)
        {
            var first = 0xD2511F53UL * a;
            var second = 0xCD9E8D57UL * c;
            (a, b, c, d) = ((uint)(second >> 32) ^ b ^ key0, (uint)second, (uint)(first >> 32) ^ d ^ key1, (uint)first);
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }

        return (a, b, c, d);
    }
}
