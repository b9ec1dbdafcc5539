using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

/// <summary>Archives, images, tables and records that are damaged, misleading or hostile: one finding each, and quickly.</summary>
public sealed class BadFormatTests : IDisposable
{
    private readonly DataFolder _folder = new();

    private static readonly byte[] Small = ImageFiles.Png(2, 2, 0, [1, 2, 3, 4]);

    /// <summary>One bad data set for a model with square grey input, 2×2 unless said, and bounds [0, 1].</summary>
    private sealed record Bad(string Code, string Words, Func<DataFolder, string> Images, int Side = 2);

    private static readonly Dictionary<string, Bad> Cases = new()
    {
        ["zip cut short"] = new("RG0303", "damaged", f => f.Bytes("x.zip", File.ReadAllBytes(f.Zip("y.zip", ("a/1.png", Small)))[..^30])),
        ["zip of nothing"] = new("RG0321", "no PNG, JPEG, BMP or GIF", f => f.Zip("x.zip")),
        ["zip without images"] = new("RG0321", "no PNG, JPEG, BMP or GIF", f => f.Zip("x.zip", ("a/1.txt", "x"u8.ToArray()))),
        ["zip with a class of TIFF files"] = new("RG0319", "TIFF image, which cannot be read; 1 of 2", f => f.Zip("x.zip", ("a/1.tif", Small), ("b/1.png", Small))),
        ["folder with WebP files"] = new("RG0319", "it is a WebP image, which cannot be read; 2 of 3", f => Tree(f, ("a/1.png", Small), ("a/2.webp", Small), ("b/1.WEBP", Small))),
        ["WebP under another name"] = new("RG0319", "WebP image", f => Tree(f, ("a/1.png", [.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8]))),
        ["WebP without an ending"] = new("RG0319", "WebP image", f => Tree(f, ("a/1.png", Small), ("a/2", [.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8]))),
        ["animated GIF"] = new("RG0319", "several pictures", f => Tree(f, ("a/1.gif", ImageFiles.Gif(2, 2, [1, 2, 3, 4], pictures: 2)))),
        ["animated PNG"] = new("RG0319", "several pictures", f => Tree(f, ("a/1.png", ImageFiles.AnimatedPng(Small)))),
        ["GIF cut short"] = new("RG0319", "damaged", f => Tree(f, ("a/1.gif", ImageFiles.Gif(2, 2, [1, 2, 3, 4])[..^8]))),
        ["BMP cut short"] = new("RG0319", "damaged", f => Tree(f, ("a/1.bmp", ImageFiles.Bmp(2, 2, new byte[12])[..^3]))),
        ["JPEG to be turned"] = new("RG0319", "orientation 6", f => Tree(f, ("a/1.jpg", ImageFiles.Turned(ImageFiles.Jpeg(7), 6, little: true))), Side: 8),
        ["JPEG to be mirrored"] = new("RG0319", "orientation 2", f => Tree(f, ("a/1.jpg", ImageFiles.Turned(ImageFiles.Jpeg(7), 2, little: false))), Side: 8),
        ["PNG to be turned"] = new("RG0319", "orientation 3", f => Tree(f, ("a/1.png", ImageFiles.Turned(Small, 3, little: true)))),
        ["zip entry with flipped bits"] = new("RG0303", "cannot be unpacked", f => f.Bytes("x.zip", Flipped(f.Zip("y.zip", ("a/1.png", Small))))),
        ["zip with a control character"] = new("RG0318", "control", f => f.Zip("x.zip", ("a/\u0001.png", Small))),
        ["zip with ../"] = new("RG0318", "leads out", f => f.Zip("x.zip", ("a/../../1.png", Small))),
        ["zip with ..\\"] = new("RG0318", "leads out", f => f.Zip("x.zip", ("a\\..\\..\\1.png", Small))),
        ["zip with an absolute name"] = new("RG0318", "leads out", f => f.Zip("x.zip", ("/a/1.png", Small))),
        ["zip with a drive"] = new("RG0318", "leads out", f => f.Zip("x.zip", ("C:/a/1.png", Small))),
        ["zip with an entry twice"] = new("RG0318", "twice", f => f.Zip("x.zip", ("a/1.png", Small), ("a/1.png", Small))),
        ["zip packed by bzip2"] = new("RG0333", "compressed by bzip2", f => f.Bytes("x.zip", Packed(f.Zip("y.zip", ("a/1.png", Small)), 12))),
        ["zip packed by LZMA"] = new("RG0333", "compressed by LZMA", f => f.Bytes("x.zip", Packed(f.Zip("y.zip", ("a/1.png", Small)), 14))),
        ["zip packed by Zstandard"] = new("RG0333", "compressed by Zstandard", f => f.Bytes("x.zip", Packed(f.Zip("y.zip", ("a/1.png", Small)), 93))),
        ["zip packed by a method of the future"] = new("RG0333", "compressed by method 77", f => f.Bytes("x.zip", Packed(f.Zip("y.zip", ("a/1.png", Small)), 77))),
        ["NPZ packed by LZMA"] = new("RG0333", "compressed by LZMA", f => f.Bytes("x.npz", Packed(f.Zip("y.npz", ("a.npy", [1])), 14))),
        ["last part of a split zip"] = new("RG0333", "one part of a zip archive", f => f.Bytes("x.zip", LastPart(f.Zip("y.zip", ("a/1.png", Small))))),
        ["first part of a split zip"] = new("RG0333", "one part of a zip archive", f => f.Bytes("x.zip", [.. "PK\u0007\u0008"u8, .. File.ReadAllBytes(f.Zip("y.zip", ("a/1.png", Small)))[..^40]])),
        ["zip with encryption"] = new("RG0318", "encrypted", f => f.Bytes("x.zip", Encrypted(f.Zip("y.zip", ("a/1.png", Small))))),
        ["zip entry with an impossible size"] = new("RG0318", "cannot have", f => f.Bytes("x.zip", Resized(f.Zip("y.zip", ("a/1.png", Small)), 0x7fffffff))),
        ["zip entry longer than it says"] = new("RG0303", "cannot be unpacked", f => f.Bytes("x.zip", Resized(f.Zip("y.zip", ("a/1.png", Small)), Small.Length - 9))),
        ["zip subfolder that is not there"] = new("RG0317", "has no folder 'test'. It holds: train", f => f.Zip("x.zip", ("train/a/1.png", Small)) + "#test"),
        ["zip of train and test"] = new("RG0321", "Pick one", f => f.Zip("x.zip", ("train/a/1.png", Small), ("test/a/1.png", Small))),
        ["zip with a wrapper folder"] = new("RG0321", "x.zip#mydata", f => f.Zip("x.zip", ("mydata/0/1.png", Small), ("mydata/1/1.png", Small))),
        ["folder of parts with names of their own"] = new("RG0321", "tree/Testing for a folder", f => Tree(f, ("Testing/0/1.png", Small), ("Testing/1/1.png", Small), ("Training/0/1.png", Small))),
        ["zip with a huge image file"] = new("RG0313", "more than an image may have", f => f.Zip("x.zip", ("a/1.png", [.. Small, .. new byte[70_000_000]]))),
        ["images outside class folders"] = new("RG0321", "'1.png' lies outside", f => Tree(f, ("1.png", Small))),
        ["folder that is not there"] = new("RG0301", "no such file", f => f["absent"]),
        ["link to a folder"] = new("RG0318", "link", Linked),
        ["text named png"] = new("RG0319", "neither PNG, JPEG, BMP nor GIF", f => Tree(f, ("a/1.png", "hello"u8.ToArray()))),
        ["image not fetched"] = new("RG0319", "git lfs pull", f => f.Zip("x.zip", ("a/1.png", "version https://git-lfs.github.com/spec/v1\n"u8.ToArray()))),
        ["archive not fetched"] = new("RG0304", "git lfs pull", f => f.Bytes("x.zip", "version https://git-lfs.github.com/spec/v1\n"u8.ToArray())),
        ["empty image"] = new("RG0302", "empty", f => Tree(f, ("a/1.png", []))),
        ["PNG cut short"] = new("RG0319", "damaged", f => Tree(f, ("a/1.png", Small[..45]))),
        ["PNG header cut short"] = new("RG0319", "damaged", f => Tree(f, ("a/1.png", Small[..20]))),
        ["PNG with damaged pixels"] = new("RG0319", "damaged", f => Tree(f, ("a/1.png", ImageFiles.PngOf(2, 2, 0, [1, 2, 3, 4])))),
        ["PNG with too few pixels"] = new("RG0319", "damaged", f => Tree(f, ("a/1.png", ImageFiles.PngOf(2, 2, 0, Packed(3))))),
        ["PNG of absurd size"] = new("RG0313", "declares", f => Tree(f, ("a/1.png", ImageFiles.PngOf(2_000_000_000, 2_000_000_000, 0, Packed(6))))),
        ["PNG bomb"] = new("RG0313", "beyond what its size needs", f => Tree(f, ("a/1.png", ImageFiles.PngOf(2, 2, 0, Packed(50_000_000))))),
        ["PNG of another size than the model"] = new("RG0305", "height 3 and width 2, but the model's input has shape [1, 2, 2]", f => Tree(f, ("a/1.png", ImageFiles.Png(2, 3, 0, new byte[6])))),
        ["images of different sizes"] = new("RG0305", "the first one has 2 and 2", f => Tree(f, ("a/1.png", Small), ("a/2.png", ImageFiles.Png(4, 1, 0, new byte[4])))),
        ["colour for a grey model"] = new("RG0305", "in colour", f => Tree(f, ("a/1.png", ImageFiles.Png(2, 2, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])))),
        ["JPEG cut short"] = new("RG0319", "damaged", f => Tree(f, ("a/1.jpg", ImageFiles.Jpeg(7)[..^4])), Side: 8),
        ["JPEG of nothing but its magic"] = new("RG0319", "damaged", f => Tree(f, ("a/1.jpg", [0xff, 0xd8, 0xff]))),
        ["NPZ without the key"] = new("RG0317", "It holds: a, b", f => f.Zip("x.npz", ("a.npy", [1]), ("b.npy", [2])) + "#c"),
        ["NPZ without usual keys"] = new("RG0317", "no array 'images'", f => f.Zip("x.npz", ("a.npy", [1]))),
        ["NPZ without labels"] = new("RG0315", "no labels", f => f.Zip("x.npz", ("images.npy", DataFolder.NpyBytes("|u1", [1, 4], new byte[4])))),
        ["NPZ array shorter than its header"] = new("RG0303", "declares shape", f => f.Zip("x.npz", ("x.npy", DataFolder.NpyBytes("|u1", [9, 4], new byte[4])))),
        ["NPZ array that is none"] = new("RG0304", "NPY", f => f.Zip("x.npz", ("x.npy", new byte[40]))),
        ["CIFAR of a wrong length"] = new("RG0303", "no multiple of 3073", f => f.Bytes("x.bin", new byte[5000])),
        ["CIFAR with label 10"] = new("RG0308", "record 1 has label 10", f => f.Bytes("x.bin", [.. new byte[3073], 10, .. new byte[3072]])),
        ["CIFAR-10 part"] = new("RG0317", "no part 'fine'", f => f.Bytes("x.bin", new byte[3073]) + "#fine"),
        ["CIFAR for another model"] = new("RG0305", "[3, 32, 32]", f => f.Bytes("x.bin", new byte[3073])),
        ["table with a short row"] = new("RG0322", "has 4 columns, the first one 5", f => f.Text("x.csv", "0,0,0,0,1\n0,0,0,1\n")),
        ["table with a word"] = new("RG0322", "column 2 is 'x'", f => f.Text("x.csv", "0,0,0,0,1\n0,x,0,0,1\n")),
        ["table with a hole"] = new("RG0322", "empty", f => f.Text("x.csv", "0,0,0,0,1\n\n0,0,0,0,1\n")),
        ["table with a half label"] = new("RG0308", "line 2: the label is '1.5'", f => f.Text("x.csv", "0,0,0,0,1\n0,0,0,0,1.5\n")),
        ["table of 0..255"] = new("RG0307", "set model.input.bounds to the range that they may have, such as [0, 255]", f => f.Text("x.csv", "0,0,0,255,1\n")),
        ["table with NaN"] = new("RG0309", "NaN", f => f.Text("x.csv", "0,0,0,NaN,1\n")),
        ["table without the column"] = new("RG0317", "no column 'z'", f => f.Text("x.csv", "a,b,c,d,e\n0,0,0,0,1\n") + "#z"),
        ["table without rows"] = new("RG0310", "no samples", f => f.Text("x.csv", "a,b,c,d,e\n")),
        ["table without line ends"] = new("RG0313", "longer than", f => f.Bytes("x.csv.gz", DataFolder.Gzip(Encoding.ASCII.GetBytes(new string('0', 20_000_000))))),
        ["table of random bytes"] = new("RG0305", "shape [0]", f => f.Bytes("x.csv", [0, 255, 3, 200, (byte)'\n', 7])),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_files_give_their_code(string name)
    {
        var bad = Cases[name];
        var images = bad.Images(_folder);
        var exit = bad.Code == "RG0310" ? ExitCode.NothingEvaluated : ExitCode.InvalidInput;
        var finding = DataFolder.Mistake(() => SampleSet.Load(DataFolder.Section(images, null), DataFolder.Input(1, bad.Side, bad.Side), 0), exit);
        Assert.Equal(bad.Code, finding.Code);
        Assert.Contains(bad.Words, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_given_by_line_and_column()
    {
        var path = _folder.Text("x.csv", "a,b,c,d,e\n0,0,0,0,1\n0,0,?,0,1\n");
        var finding = DataFolder.Mistake(() => SampleSet.Load(DataFolder.Section(path, null), DataFolder.Input(4), 0));
        Assert.Equal((3, 3), (finding.Where!.Line, finding.Where.Column));
    }

    private static string Tree(DataFolder folder, params (string Name, byte[] Bytes)[] files)
    {
        foreach (var (name, bytes) in files)
        {
            folder.Bytes("tree/" + name, bytes);
        }

        return folder["tree"];
    }

    private static string Linked(DataFolder folder)
    {
        var root = Tree(folder, ("a/1.png", Small));
        Directory.CreateSymbolicLink(Path.Combine(root, "a", "again"), root);
        return root;
    }

    private static byte[] Packed(int length)
    {
        using var memory = new MemoryStream();
        using (var zlib = new ZLibStream(memory, CompressionLevel.Fastest))
        {
            zlib.Write(new byte[length]);
        }

        return memory.ToArray();
    }

    /// <summary>Flips a bit of the first entry's content, behind its local header and name.</summary>
    private static byte[] Flipped(string zip)
    {
        var bytes = File.ReadAllBytes(zip);
        bytes[30 + "a/1.png".Length + 25] ^= 1;
        return bytes;
    }

    /// <summary>Sets the encryption flag in the central directory.</summary>
    /// <summary>The method that an archive's entries name, in front of each and in the directory.</summary>
    private static byte[] Packed(string path, ushort method)
    {
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i + 12 < bytes.Length; i++)
        {
            var offset = bytes.AsSpan(i).StartsWith("PK\u0003\u0004"u8) ? 8 : bytes.AsSpan(i).StartsWith("PK\u0001\u0002"u8) ? 10 : 0;
            if (offset > 0)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(i + offset), method);
            }
        }

        return bytes;
    }

    /// <summary>An archive whose end says that it is the third disk.</summary>
    private static byte[] LastPart(string path)
    {
        var bytes = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.AsSpan().LastIndexOf("PK\u0005\u0006"u8) + 4), (ushort)2);
        return bytes;
    }

    private static byte[] Encrypted(string zip)
    {
        var bytes = File.ReadAllBytes(zip);
        bytes[bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        return bytes;
    }

    /// <summary>Lies about the unpacked size in the central directory.</summary>
    private static byte[] Resized(string zip, int size)
    {
        var bytes = File.ReadAllBytes(zip);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24), size);
        return bytes;
    }

    public void Dispose() => _folder.Dispose();
}
