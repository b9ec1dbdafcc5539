using System.Diagnostics;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

/// <summary>Damaged copies of good files, for a bounded time: a reader loads them, or says what is wrong; it never crashes or hangs.</summary>
public sealed class FuzzTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2.5);
    private readonly DataFolder _folder = new();

    [Fact]
    public void Readers_only_throw_mistakes()
    {
        var seeds = Seeds();
        var random = new Random(20261122);
        var (loaded, refused) = (0, 0);
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < Bound; i++)
        {
            var (name, original) = seeds[i % seeds.Count];
            var path = _folder.Bytes(name, Damage(original, random));
            try
            {
                var section = DataFolder.Section(path, null) with { Labels = name.StartsWith("lone", StringComparison.Ordinal) ? _folder["labels"] : null };
                SampleSet.Load(section, DataFolder.Input(1, 8, 8), 0);
                loaded++;
            }
            catch (MistakeException mistake)
            {
                Assert.All(mistake.Findings, finding => Assert.Contains(finding.Code, DiagnosticCatalog.Titles.Keys));
                refused++;
            }
        }

        Assert.True(refused > 20, $"{refused} refused, {loaded} loaded");
    }

    private List<(string Name, byte[] Bytes)> Seeds()
    {
        _folder.Labels("labels", 0, 1);
        var pixels = Enumerable.Range(0, 128).Select(v => (byte)v).ToArray();
        var idx = DataFolder.IdxBytes(0x08, [2, 8, 8], pixels);
        var png = ImageFiles.Png(8, 8, 0, pixels[..64]);
        var colour = ImageFiles.Png(8, 8, 2, [.. Enumerable.Range(0, 192).Select(v => (byte)(v / 3))]);
        var jpeg = ImageFiles.Jpeg(77);
        var npy = DataFolder.NpyBytes("|u1", [2, 64], pixels);
        return
        [
            ("lone.idx", idx),
            ("lone.gz", DataFolder.Gzip(idx)),
            ("lone.npy", npy),
            ("lone-f.npy", DataFolder.NpyBytes("|u1", [2, 64], pixels, fortran: true)),
            ("x.npz", File.ReadAllBytes(_folder.Zip("seed.npz", ("x.npy", npy), ("y.npy", DataFolder.NpyBytes("|u1", [2], [0, 1]))))),
            ("x.csv", Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 3).Select(_ => string.Join(',', Enumerable.Repeat("0.5", 64)) + ",1")))),
            ("x.bin", new byte[2 * 3073]),
            ("x.zip", File.ReadAllBytes(_folder.Zip("seed.zip", ("a/1.png", png), ("a/2.jpg", jpeg), ("b/3.png", colour)))),
            ("tree/a/1.png", png),
            ("tree/a/1.png", colour),
            ("tree/a/1.jpg", jpeg),
        ];
    }

    /// <summary>Some bytes changed, sometimes a part cut off or repeated.</summary>
    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        for (var n = random.Next(1, 8); n > 0; n--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
        }

        return random.Next(5) switch
        {
            0 => bytes[..random.Next(bytes.Length)],
            1 => [.. bytes, .. bytes[random.Next(bytes.Length)..]],
            _ => bytes,
        };
    }

    public void Dispose() => _folder.Dispose();
}
