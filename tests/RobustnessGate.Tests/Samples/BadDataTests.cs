using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

/// <summary>Each bad data set gives one finding with its code; the words that help most are in it.</summary>
public sealed class BadDataTests : IDisposable
{
    private readonly DataFolder _folder = new();

    private static readonly byte[] TwoImages = DataFolder.IdxBytes(0x08, [2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]);

    private static readonly byte[] EmptyGzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";

    /// <summary>One bad data set for a model with input [1, 2, 2] and bounds [0, 1].</summary>
    private sealed record Bad(string Code, string Words, Func<DataFolder, DataSection> Make, ExitCode Exit = ExitCode.InvalidInput);

    private static readonly Dictionary<string, Bad> Cases = new()
    {
        ["missing images"] = new("RG0301", "no such file", f => Section(f, f["absent.idx"])),
        ["missing labels"] = new("RG0301", "no such file", f => DataFolder.Section(f.Bytes("x", TwoImages), f["absent.idx"])),
        ["empty file"] = new("RG0302", "empty", f => Section(f, f.Bytes("x", []))),
        ["empty gzip"] = new("RG0302", "unpacks to nothing", f => Section(f, f.Bytes("x", EmptyGzip))),
        ["gzip cut in the middle"] = new("RG0303", "cut short", f => Cut(f, DataFolder.Gzip(Noise())[..900])),
        ["gzip cut in the header"] = new("RG0303", "unpacked", f => Section(f, f.Bytes("x.gz", DataFolder.Gzip(TwoImages)[..12]))),
        ["gzip with flipped bits"] = new("RG0303", "damaged", f => Cut(f, Flipped(DataFolder.Gzip(Noise()), 700))),
        ["IDX cut short"] = new("RG0303", "declares shape [2, 2, 2]", f => Section(f, f.Bytes("x", TwoImages[..^1]))),
        ["IDX header cut short"] = new("RG0303", "header", f => Section(f, f.Bytes("x", TwoImages[..9]))),
        ["bytes after the last image"] = new("RG0303", "bytes follow", f => Section(f, f.Bytes("x", [.. TwoImages, 9]))),
        ["gzip without its last bytes"] = new("RG0303", "cut short", f => Cut(f, DataFolder.Gzip(Noise())[..^4])),
        ["images not fetched"] = new("RG0304", "git lfs pull", f => Section(f, f.Text("x", Pointer))),
        ["table not fetched"] = new("RG0304", "git lfs pull", f => DataFolder.Section(f.Text("x.csv", Pointer), null)),
        ["labels not fetched"] = new("RG0304", "git lfs pull", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Text("y", Pointer))),
        ["random bytes"] = new("RG0304", "not a data format", f => Section(f, f.Bytes("x", [7, 99, 4, 2, 8, 1, 0]))),
        ["unknown IDX type"] = new("RG0304", "not a data format", f => Section(f, f.Bytes("x", DataFolder.IdxBytes(0x0A, [2, 2, 2], new byte[8])))),
        ["negative dimension"] = new("RG0313", "shape [-1, 2, 2]", f => Section(f, f.Bytes("x", DataFolder.IdxBytes(0x08, [-1, 2, 2], new byte[8])))),
        ["absurd dimensions"] = new("RG0313", "beyond every limit", f => Section(f, f.Bytes("x", DataFolder.IdxBytes(0x08, [2, int.MaxValue, int.MaxValue], new byte[8])))),
        ["a bomb's promise"] = new("RG0303", "holds at most", f => Section(f, f.Bytes("x.gz", DataFolder.Gzip(DataFolder.IdxBytes(0x08, [9_000_000, 2, 2], []))))),
        ["wrong shape"] = new("RG0305", "shape [3, 2] but the model's input has shape [1, 2, 2]", f => Section(f, f.Idx("x", [2, 3, 2], new byte[12]))),
        ["flat of the wrong length"] = new("RG0305", "[5]", f => Section(f, f.Idx("x", [2, 5], new byte[10]))),
        ["fewer labels than images"] = new("RG0306", "1 labels for 2 images", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Labels("y", 1))),
        ["more labels than images"] = new("RG0306", "3 labels for 2 images", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Labels("y", 1, 2, 3))),
        ["floats of 0..255"] = new("RG0307", "pixels reach 255 but the model's bounds are [0, 1] (first at sample 1)", f => Section(f, f.Floats("x.npy", [2, 4], 0, 1, 0, 1, 0, 128, 255, 0))),
        ["normalised floats"] = new("RG0307", "look normalised", f => Section(f, f.Floats("x.npy", [2, 4], 0, 1, 0, 1, 0, -0.4f, 0, 0))),
        ["8-bit pixels without scaling"] = new("RG0307", "data.scale: none", f => Section(f, f.Bytes("x", TwoImages)) with { Scale = DataScale.None }),
        ["negative label"] = new("RG0308", "entry 1 is -1", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Npy("y.npy", "|i1", [2], [0, 255]))),
        ["label beyond 32 bits"] = new("RG0308", "entry 0", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Npy("y.npy", "<i8", [2], MemoryMarshal.AsBytes<long>([1L << 40, 0]).ToArray()))),
        ["float labels"] = new("RG0308", "list of integers", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Floats("y.npy", [2], 0, 1))),
        ["one-hot labels"] = new("RG0308", "One-hot", f => DataFolder.Section(f.Bytes("x", TwoImages), f.Idx("y", [2, 10], new byte[20]))),
        ["NaN"] = new("RG0309", "sample 1 holds NaN", f => Section(f, f.Floats("x.npy", [2, 4], 0, 0, 0, 0, 0, 0, float.NaN, 0))),
        ["infinity"] = new("RG0309", "infinite", f => Section(f, f.Floats("x.npy", [2, 4], 0, float.PositiveInfinity, 0, 0, 0, 0, 0, 0))),
        ["no samples"] = new("RG0310", "no samples", f => DataFolder.Section(f.Idx("x", [0, 2, 2], []), f.Labels("y")), ExitCode.NothingEvaluated),
        ["no samples asked for"] = new("RG0310", "no samples", f => Section(f, f.Bytes("x", TwoImages)) with { Samples = 0 }, ExitCode.NothingEvaluated),
        ["too many samples asked for"] = new("RG0311", "3 samples but there are 2", f => Section(f, f.Bytes("x", TwoImages)) with { Samples = 3 }),
        ["another file than pinned"] = new("RG0312", "pins 00ff", f => Section(f, f.Bytes("x", TwoImages)) with { Sha256 = "00ff" }),
        ["8-bit pixels without bounds"] = new("RG0314", "bounds is none", f => Section(f, f.Bytes("x", TwoImages))),
        ["no labels"] = new("RG0315", "data.labels", f => DataFolder.Section(f.Bytes("x", TwoImages), null)),
        ["pickled objects"] = new("RG0316", "'|O'", f => Section(f, f.Npy("x.npy", "|O", [2, 4], new byte[64]))),
        ["structured NPY"] = new("RG0316", "plain array", f => Section(f, f.Bytes("x.npy", [0x93, .. "NUMPY"u8, 1, 0, 4, 0, .. "{ }\n"u8]))),
        ["NPY of the future"] = new("RG0304", "version 9", f => Section(f, f.Npy("x.npy", "|u1", [2, 4], new byte[8], version: 9))),
        ["NPY header cut short"] = new("RG0303", "header", f => Section(f, f.Bytes("x.npy", DataFolder.NpyBytes("|u1", [2, 4], [])[..40]))),
        ["NPY header without end"] = new("RG0313", "claims", f => Section(f, f.Bytes("x.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255, 0]))),
        ["NPY scalar"] = new("RG0305", "single number", f => Section(f, f.Npy("x.npy", "<f4", [], new byte[4]))),
        ["only a lower bound"] = new("RG0320", "both", f => Section(f, f.Bytes("x", TwoImages)) with { Lower = f.Floats("l.npy", [2, 4], new float[8]) }),
        ["lower above upper"] = new("RG0320", "sample 1, feature 3", f => Boxed(f, new float[8], [0, 0, 0, 0, 0, 0, 0, -0.1f])),
        ["NaN in a region"] = new("RG0320", "NaN", f => Boxed(f, [0, float.NaN, 0, 0, 0, 0, 0, 0], new float[8])),
        ["region of another count"] = new("RG0306", "1 samples for 2 images", f => Boxed(f, new float[4], new float[8])),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_data_give_their_code(string name)
    {
        var bad = Cases[name];
        var section = bad.Make(_folder);
        var input = DataFolder.Input(1, 2, 2);
        var finding = DataFolder.Mistake(
            () => SampleSet.Load(section, bad.Code == "RG0314" ? input with { Bounds = null } : input, 0), bad.Exit);
        Assert.Equal(bad.Code, finding.Code);
        Assert.Contains(bad.Words, finding.Message, StringComparison.Ordinal);
    }

    private static DataSection Section(DataFolder folder, string images) => DataFolder.Section(images, folder.Labels("labels", 0, 1));

    private static DataSection Boxed(DataFolder folder, float[] lower, float[] upper) =>
        Section(folder, folder.Bytes("x", TwoImages)) with
        {
            Lower = folder.Floats("l.npy", [lower.Length / 4, 4], lower),
            Upper = folder.Floats("u.npy", [upper.Length / 4, 4], upper),
        };

    private static DataSection Cut(DataFolder folder, byte[] gzip) =>
        DataFolder.Section(folder.Bytes("x.gz", gzip), folder.Labels("y", new byte[250]));

    /// <summary>250 images that deflate cannot shorten.</summary>
    private static byte[] Noise()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        return DataFolder.IdxBytes(0x08, [250, 2, 2], bytes);
    }

    private static byte[] Flipped(byte[] bytes, int place)
    {
        bytes[place] ^= 0x55;
        return bytes;
    }

    public void Dispose() => _folder.Dispose();
}
