using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

public sealed class FormatTests : IDisposable
{
    private readonly DataFolder _folder = new();

    [Theory]
    [InlineData("|u1")]
    [InlineData("|i1")]
    [InlineData("<i2")]
    [InlineData("<i4")]
    [InlineData(">i4")]
    [InlineData("<i8")]
    [InlineData("<f2")]
    [InlineData("<f4")]
    [InlineData(">f4")]
    [InlineData("<f8")]
    [InlineData(">f8")]
    public void Npy_of_every_type_and_order_is_read(string descr)
    {
        var values = Enumerable.Range(0, 24).ToArray();
        var columnMajor = (from k in Enumerable.Range(0, 4) from j in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 2) select (i * 12) + (j * 4) + k).ToArray();
        for (var version = 1; version <= 3; version++)
        {
            var c = _folder.Npy($"c{version}.npy", descr, [2, 3, 4], Encode(descr, values), version: version);
            var f = _folder.Npy($"f{version}.npy", descr, [2, 3, 4], Encode(descr, columnMajor), fortran: true, version);
            Assert.Equal(values.Select(v => (float)v), DataFolder.ReadAll(Load(c)));
            Assert.Equal(values.Select(v => (float)v), DataFolder.ReadAll(Load(f)));
            Assert.Equal(values.Skip(12).Select(v => (float)v), DataFolder.ReadAll(Load(f, fromSecond: true)).Take(12));
        }

        SampleSet Load(string path, bool fromSecond = false)
        {
            var section = DataFolder.Section(path, _folder.Labels("labels", 0, 1)) with
            {
                Scale = DataScale.None,
                Selection = fromSecond ? SampleSelection.Random : SampleSelection.First,
            };
            return SampleSet.Load(section, DataFolder.Input(3, 4) with { Bounds = new Bounds(0, 23) }, fromSecond ? SeedThatSwaps() : 0);
        }
    }

    [Theory]
    [InlineData("images", "labels", "")]
    [InlineData("x_test", "y_test", "")]
    [InlineData("other", "labels", "#other")]
    [InlineData("x_val", "y_val", "#x_val")]
    [InlineData("val_images", "val_labels", "#val_images")]
    public void Npz_finds_images_and_their_labels(string images, string labels, string part)
    {
        var path = _folder.Zip(
            "data.npz", (images + ".npy", DataFolder.NpyBytes("|u1", [2, 2], [0, 51, 102, 255])),
            (labels + ".npy", DataFolder.NpyBytes("<i8", [2, 1], MemoryMarshal.AsBytes<long>([4, 2]).ToArray())));
        var section = DataFolder.Section(path + part, images == "other" ? path + "#labels" : null);
        var set = SampleSet.Load(section, DataFolder.Input(2), 0);
        Assert.Equal([0, 0.2f, 0.4f, 1], DataFolder.ReadAll(set));
        Assert.Equal([4, 2], set.Labels.ToArray());
    }

    [Theory]
    [InlineData(false, "", 1, 3)]
    [InlineData(true, "", 7, 11)]
    [InlineData(true, "#fine", 7, 11)]
    [InlineData(true, "#coarse", 1, 3)]
    public void Cifar_records_are_read(bool hundred, string part, int first, int second)
    {
        byte[] Record(byte coarse, byte fine, byte offset) =>
            [coarse, .. hundred ? new[] { fine } : [], .. Enumerable.Range(0, 3072).Select(v => (byte)((v * 7) + offset))];
        var path = _folder.Bytes("test_batch.bin", [.. Record(1, 7, 0), .. Record(3, 11, 5)]);
        _folder.Text(hundred ? "coarse_label_names.txt" : "batches.meta.txt", string.Join('\n', Enumerable.Range(0, hundred ? 20 : 10).Select(i => $"class{i}")));

        var set = SampleSet.Load(DataFolder.Section(path + part, null), DataFolder.Input(3, 32, 32), 0);
        Assert.Equal([first, second], set.Labels.ToArray());
        Assert.Equal(Enumerable.Range(0, 3072).Select(v => (byte)((v * 7) + 5) / 255f), DataFolder.ReadAll(set).Skip(3072));
        Assert.Equal(hundred && part != "#coarse" ? null : "class3", set.ClassNames?[3]);
    }

    [Fact]
    public void Folders_and_archives_of_classes_are_the_same_samples_round_robin()
    {
        (string, byte[])[] files =
        [
            ("dog/b.png", Grey(40)), ("dog/a.png", Grey(10)), ("ant/z.png", Grey(20)), ("dog/c/d.JPG", ImageFiles.Jpeg(50)), ("cat/1.jpeg", ImageFiles.Jpeg(30)),
        ];
        foreach (var (name, bytes) in files)
        {
            _folder.Bytes("tree/" + name, bytes);
        }

        var zip = _folder.Zip("x.zip", [.. files.Select(f => ("data/test/" + f.Item1, f.Item2)), ("data/train/ant/1.png", Grey(99)), ("__MACOSX/data/test/ant/._z.png", [1])]);
        var input = DataFolder.Input(1, 8, 8) with { Bounds = new Bounds(0, 255) };
        var fromFolder = SampleSet.Load(DataFolder.Section(_folder["tree"], null), input, 0);
        var fromZip = SampleSet.Load(DataFolder.Section(zip + "#data/test", null), input, 0);

        // ant/z, cat/1, dog/a, dog/b, dog/c/d
        Assert.Equal([20f, 30f, 10f, 40f, 50f], DataFolder.ReadAll(fromFolder).Chunk(64).Select(image => image.Distinct().Single()));
        Assert.Equal([0, 1, 2, 2, 2], fromFolder.Labels.ToArray());
        Assert.Equal(["ant", "cat", "dog"], fromFolder.ClassNames);
        Assert.Equal(fromFolder.Sha256, fromZip.Sha256);
        Assert.Equal(fromFolder.Ids.ToArray(), fromZip.Ids.ToArray());
        Assert.Empty(fromZip.Notices);
    }

    [Fact]
    public void Colour_images_become_channels_first()
    {
        var rows = Enumerable.Range(0, 4 * 5 * 3).Select(v => (byte)v).ToArray();
        _folder.Bytes("t/a/1.png", ImageFiles.Png(5, 4, 2, rows));
        var expected = from c in Enumerable.Range(0, 3) from p in Enumerable.Range(0, 20) select (float)rows[(p * 3) + c];
        Assert.Equal(expected, DataFolder.ReadAll(LoadTree("t", 3, 4, 5)));

        // A model that takes channels last gets them as the file has them.
        Assert.Equal(rows.Select(v => (float)v), DataFolder.ReadAll(LoadTree("t", 4, 5, 3)));
    }

    [Fact]
    public void Images_that_are_converted_to_fit_are_reported()
    {
        _folder.Bytes("grey/a/1.png", ImageFiles.Png(5, 4, 0, Enumerable.Range(0, 20).Select(v => (byte)v).ToArray()));
        var colour = LoadTree("grey", 3, 4, 5);
        Assert.Equal(Enumerable.Range(0, 60).Select(v => (float)(v % 20)), DataFolder.ReadAll(colour));
        Assert.Contains("1 of 1 images: grey was copied", Assert.Single(colour.Notices).Message, StringComparison.Ordinal);

        _folder.Bytes("equal/a/1.png", ImageFiles.Png(5, 4, 6, Enumerable.Range(0, 80).Select(v => (byte)(v % 4 == 3 ? 128 : v / 4)).ToArray()));
        var grey = LoadTree("equal", 1, 4, 5);
        Assert.Equal(Enumerable.Range(0, 20).Select(v => (float)v), DataFolder.ReadAll(grey));
        Assert.Equal(["RG0330", "RG0330"], grey.Notices.Select(n => n.Code));
        Assert.All(grey.Notices, n => Assert.Equal(ShownPath.Of(_folder["equal"]), n.Where!.File));

        _folder.Bytes("deep/a/1.png", ImageFiles.Png(5, 4, 0, Enumerable.Range(0, 40).Select(v => (byte)(v % 2 == 0 ? v / 2 : 200)).ToArray(), depth: 16));
        Assert.Contains("16 bits", Assert.Single(LoadTree("deep", 1, 4, 5).Notices).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_left_out_and_odd_class_numbers_are_reported()
    {
        foreach (var name in new[] { "0/1.png", "2/1.png", "10/1.png" })
        {
            _folder.Bytes("t/" + name, Grey(7));
        }

        _folder.Text("t/0/readme.txt", "x");
        _folder.Text("t/.hidden/1.png", "x");
        var set = LoadTree("t", 1, 8, 8);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], set.ClassNames);
        Assert.Equal<int>([0, 2, 10], set.Labels);
        Assert.Equal(["RG0331", "RG0332"], set.Notices.Select(n => n.Code));
    }

    [Fact]
    public void A_folder_is_a_class_also_where_no_image_is_in_it()
    {
        _folder.Bytes("t/bird/1.png", Grey(7));
        _folder.Bytes("t/dog/1.png", Grey(8));
        Directory.CreateDirectory(_folder["t/cat"]);
        _folder.Text("t/ant/readme.txt", "x");
        _folder.Text("t/.git/x", "x");
        var folder = LoadTree("t", 1, 8, 8);

        Assert.Equal(["ant", "bird", "cat", "dog"], folder.ClassNames);
        Assert.Equal<int>([1, 3], folder.Labels);
        Assert.Contains(folder.Notices, n => n.Message.Contains("the folders 'ant', 'cat' hold no images and still count as classes", StringComparison.Ordinal));

        _folder.Zip("t.zip", ("in/bird/1.png", Grey(7)), ("in/cat/", []), ("in/dog/1.png", Grey(8)), ("other/", []));
        var zip = LoadTree("t.zip#in", 1, 8, 8);
        Assert.Equal(["bird", "cat", "dog"], zip.ClassNames);
        Assert.Equal<int>([0, 2], zip.Labels);
    }

    /// <summary>Ordered as text, 10 would come before 2.</summary>
    [Fact]
    public void A_folder_without_images_moves_no_label_among_numbers()
    {
        foreach (var name in new[] { "0", "2", "10" })
        {
            _folder.Bytes($"t/{name}/1.png", Grey(7));
        }

        _folder.Text("t/notes/readme.txt", "x");
        Directory.CreateDirectory(_folder["t/3"]);
        Assert.Equal<int>([0, 2, 10], LoadTree("t", 1, 8, 8).Labels);
    }

    [Fact]
    public void Images_are_known_by_their_content_where_the_name_says_nothing()
    {
        _folder.Bytes("t/a/1", Grey(7));
        _folder.Bytes("t/b/2.image", Grey(8));
        Assert.Equal<int>([0, 1], LoadTree("t", 1, 8, 8).Labels);
    }

    [Fact]
    public void Bmp_and_gif_give_the_same_values_as_png()
    {
        byte[] colours = [.. Enumerable.Range(0, 60).Select(v => (byte)(v * 4))];
        _folder.Bytes("bmp/a/1.bmp", ImageFiles.Bmp(5, 4, colours));
        _folder.Bytes("png/a/1.png", ImageFiles.Png(5, 4, 2, colours));
        var bmp = LoadTree("bmp", 3, 4, 5);
        Assert.Equal(DataFolder.ReadAll(LoadTree("png", 3, 4, 5)), DataFolder.ReadAll(bmp));
        Assert.Empty(bmp.Notices);

        byte[] levels = [.. Enumerable.Range(0, 20).Select(v => (byte)(v * 6))];
        _folder.Bytes("gif/a/1.gif", ImageFiles.Gif(5, 4, levels));
        Assert.Equal(levels.Select(v => (float)v), DataFolder.ReadAll(LoadTree("gif", 1, 4, 5)));
    }

    [Fact]
    public void An_upright_orientation_is_no_reason_to_refuse()
    {
        _folder.Bytes("t/a/1.jpg", ImageFiles.Turned(ImageFiles.Jpeg(7), 1, little: true));
        _folder.Bytes("t/a/2.jpg", ImageFiles.Turned(ImageFiles.Jpeg(7), 0, little: false));
        Assert.Equal(2, LoadTree("t", 1, 8, 8).Count);
    }

    [Fact]
    public void Folders_named_by_numbers_are_labels_even_with_a_gap()
    {
        foreach (var name in new[] { "9", "0", "1" })
        {
            _folder.Bytes($"gap/{name}/1.png", Grey(7));
        }

        var set = LoadTree("gap", 1, 8, 8);

        Assert.Equal<int>([0, 1, 9], set.Labels);
        Assert.Null(set.FewerClasses(10));
        Assert.Equal("RG0353", set.FewerClasses(11)!.Code);
    }

    [Fact]
    public void One_folder_inside_each_class_is_no_folder_above_the_classes()
    {
        _folder.Bytes("inner/cat/images/1.png", Grey(7));
        _folder.Bytes("inner/dog/images/1.png", Grey(8));

        Assert.Equal(["cat", "dog"], LoadTree("inner", 1, 8, 8).ClassNames);
    }

    [Fact]
    public void Tables_have_their_label_in_the_last_column_or_as_named()
    {
        var plain = LoadTable("a.csv", "0.5,0.25,3\r\n1,0,1\r\n\n");
        Assert.Equal([0.5f, 0.25f, 1, 0], DataFolder.ReadAll(plain));
        Assert.Equal([3, 1], plain.Labels.ToArray());

        var named = LoadTable("b.csv#kind", "kind;u;v\n\"yes\";0.5;0.25\nno;1;1e-1");
        Assert.Equal([0.5f, 0.25f, 1, 0.1f], DataFolder.ReadAll(named));
        Assert.Equal([1, 0], named.Labels.ToArray());
        Assert.Equal(["no", "yes"], named.ClassNames);

        Assert.Equal([1, 2], LoadTable("c.tsv#0", "1\t0.5\t0.5\n2\t0.5\t0.5").Labels.ToArray());
    }

    [Fact]
    public void A_column_named_label_is_the_label_wherever_it_stands()
    {
        var set = LoadTable("kaggle.csv", "Label,pixel0,pixel1\n3,0.5,0.25\n");

        Assert.Equal([3], set.Labels.ToArray());
        Assert.Equal([0.5f, 0.25f], DataFolder.ReadAll(set));
        Assert.Equal([1], LoadTable("other.csv#pixel1", "label,pixel0,pixel1\n0,0.5,1\n").Labels.ToArray());
    }

    [Fact]
    public void Labels_may_lie_in_a_table_of_their_own()
    {
        var images = _folder.Bytes("x.csv.gz", DataFolder.Gzip("0,1\n1,0\n"u8.ToArray()));
        var set = SampleSet.Load(DataFolder.Section(images, _folder.Text("y.txt", "label\n4\n5\n")), DataFolder.Input(2), 0);
        Assert.Equal([4, 5], set.Labels.ToArray());
        Assert.Equal([0f, 1, 1, 0], DataFolder.ReadAll(set));
    }

    [Fact]
    public void A_stratified_selection_keeps_the_proportions_in_every_prefix()
    {
        // 60 of class 0, 30 of class 1, 10 of class 2, sorted by class as many files are.
        byte[] labels = [.. Enumerable.Repeat((byte)0, 60), .. Enumerable.Repeat((byte)1, 30), .. Enumerable.Repeat((byte)2, 10)];
        var section = DataFolder.Section(_folder.Idx("x", [100, 1], [.. Enumerable.Range(0, 100).Select(v => (byte)v)]), _folder.Labels("y", labels)) with
        {
            Selection = SampleSelection.Stratified,
        };
        var all = SampleSet.Load(section, DataFolder.Input(1), 3);
        for (var n = 10; n <= 100; n += 10)
        {
            var part = SampleSet.Load(section with { Samples = n }, DataFolder.Input(1), 3);
            Assert.Equal(all.Positions.Take(n), part.Positions.ToArray());
            Assert.Equal([6 * n / 10, 3 * n / 10, n / 10], Enumerable.Range(0, 3).Select(c => part.Labels.Count(label => label == c)));
        }

        Assert.Equal(Enumerable.Range(0, 100), all.Positions.Order());
        Assert.NotEqual(all.Positions.ToArray(), SampleSet.Load(section, DataFolder.Input(1), 4).Positions.ToArray());
    }

    [Fact]
    public void A_folder_can_be_pinned()
    {
        _folder.Bytes("t/a/1.png", Grey(1));
        var section = DataFolder.Section(_folder["t"], null);
        var message = DataFolder.Mistake(() => SampleSet.Load(section with { Sha256 = "00" }, DataFolder.Input(1, 8, 8), 0)).Message;
        var pin = message[(message.IndexOf("is ", StringComparison.Ordinal) + 3)..][..64];
        Assert.Equal(1, SampleSet.Load(section with { Sha256 = pin }, DataFolder.Input(1, 8, 8), 0).Count);
        _folder.Bytes("t/a/1.png", Grey(2));
        Assert.Equal("RG0312", DataFolder.Mistake(() => SampleSet.Load(section with { Sha256 = pin }, DataFolder.Input(1, 8, 8), 0)).Code);
    }

    private static byte[] Grey(byte level) => ImageFiles.Png(8, 8, 0, [.. Enumerable.Repeat(level, 64)]);

    private SampleSet LoadTree(string root, params int[] shape) =>
        SampleSet.Load(DataFolder.Section(_folder[root], null), DataFolder.Input(shape) with { Bounds = new Bounds(0, 255) }, 0);

    private SampleSet LoadTable(string path, string text)
    {
        _folder.Text(path.Split('#')[0], text);
        return SampleSet.Load(DataFolder.Section(_folder[path], null), DataFolder.Input(2), 0);
    }

    /// <summary>A seed that draws the second of two samples first.</summary>
    private long SeedThatSwaps()
    {
        var section = DataFolder.Section(_folder.Idx("two", [2, 1], [0, 1]), _folder.Labels("two-labels", 0, 1)) with { Selection = SampleSelection.Random };
        return Enumerable.Range(0, 64).First(seed => SampleSet.Load(section, DataFolder.Input(1), seed).Positions[0] == 1);
    }

    private static byte[] Encode(string descr, int[] values) => [.. values.SelectMany(value =>
    {
        var bytes = new byte[descr[2] - '0'];
        switch (descr[1..])
        {
            case "f2": BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value); break;
            case "f4": BinaryPrimitives.WriteSingleLittleEndian(bytes, value); break;
            case "f8": BinaryPrimitives.WriteDoubleLittleEndian(bytes, value); break;
            default:
                for (var i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)((long)value >> (8 * i));
                }

                break;
        }

        return descr[0] == '>' ? bytes.Reverse() : bytes;
    })];

    public void Dispose() => _folder.Dispose();
}
