using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

public sealed class SampleSetTests : IDisposable
{
    private readonly DataFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Eight_bit_images_are_mapped_to_the_bounds(bool gzipped)
    {
        var bytes = DataFolder.IdxBytes(0x08, [2, 1, 2], [0, 255, 51, 102]);
        var images = _folder.Bytes("images", gzipped ? DataFolder.Gzip(bytes) : bytes);
        var labels = _folder.Labels("labels", 3, 1);

        var set = SampleSet.Load(DataFolder.Section(images, labels), DataFolder.Input(1, 2) with { Bounds = new Bounds(-1, 1) }, 0);

        Assert.Equal(2, set.Count);
        Assert.Equal([3, 1], set.Labels.ToArray());
        Assert.Equal([-1f, 1f, -0.6f, -0.2f], DataFolder.ReadAll(set));
    }

    [Fact]
    public void Every_level_is_the_nearest_float_to_its_fraction()
    {
        var images = _folder.Idx("images", [1, 256], [.. Enumerable.Range(0, 256).Select(v => (byte)v)]);
        var set = Load(images, _folder.Labels("labels", 0), 256);
        Assert.Equal(Enumerable.Range(0, 256).Select(v => v / 255f), DataFolder.ReadAll(set));
    }

    [Fact]
    public void Without_scaling_eight_bit_values_are_taken_as_they_are()
    {
        var section = DataFolder.Section(_folder.Idx("images", [1, 2], [0, 255]), _folder.Labels("labels", 0)) with { Scale = DataScale.None };
        var set = SampleSet.Load(section, DataFolder.Input(2) with { Bounds = new Bounds(0, 255) }, 0);
        Assert.Equal([0f, 255f], DataFolder.ReadAll(set));
    }

    [Fact]
    public void Floats_are_taken_as_they_are_and_may_pass_a_bound_by_rounding()
    {
        var set = Load(_folder.Floats("x.npy", [1, 3], 0.25f, -5e-7f, 1 + 5e-7f), _folder.Labels("labels", 0), 3);
        Assert.Equal([0.25f, -5e-7f, 1 + 5e-7f], DataFolder.ReadAll(set));
    }

    [Fact]
    public void An_id_is_the_hash_of_tensor_label_and_occurrence()
    {
        // The second and fourth sample are the same image; with another label it is another sample.
        var images = _folder.Idx("images", [4, 2], [0, 255, 255, 0, 255, 0, 255, 0]);
        var set = Load(images, _folder.Labels("labels", 1, 2, 3, 2), 2);
        var expected = new[] { Id([0, 1], 1, 0), Id([1, 0], 2, 0), Id([1, 0], 3, 0), Id([1, 0], 2, 1) };
        Assert.Equal(expected.SelectMany(id => id), set.Ids);

        static byte[] Id(float[] tensor, long label, long occurrence) => SHA256.HashData(
            [.. MemoryMarshal.AsBytes<float>(tensor), .. BitConverter.GetBytes(label), .. BitConverter.GetBytes(occurrence)])[..8];
    }

    [Fact]
    public void Ids_do_not_depend_on_order()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 1, 2];
        var forward = Load(_folder.Idx("f", [4, 2], pixels), _folder.Labels("fl", 0, 1, 2, 0), 2);
        var backward = Load(_folder.Idx("b", [4, 2], [1, 2, 5, 6, 3, 4, 1, 2]), _folder.Labels("bl", 0, 2, 1, 0), 2);
        Assert.Equal(IdList(forward).Order(), IdList(backward).Order());
        Assert.Equal(4, IdList(forward).Distinct().Count());
        Assert.NotEqual(forward.Sha256, backward.Sha256);
    }

    [Fact]
    public void Reads_of_any_size_give_the_same_numbers()
    {
        var pixels = Enumerable.Range(0, 35).Select(v => (byte)(7 * v)).ToArray();
        var set = Load(_folder.Idx("images", [7, 5], pixels), _folder.Labels("labels", new byte[7]), 5);
        var all = DataFolder.ReadAll(set);
        foreach (var size in new[] { 1, 2, 3, 7 })
        {
            var pieces = new List<float>();
            for (var start = 0; start < set.Count; start += size)
            {
                var batch = new float[Math.Min(size, set.Count - start) * 5];
                set.Read(start, batch.Length / 5, batch);
                pieces.AddRange(batch);
            }

            Assert.Equal(all, pieces);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => set.Read(5, 3, new float[15]));
        Assert.Throws<ArgumentException>(() => set.Read(0, 1, new float[4]));
    }

    [Fact]
    public void The_first_samples_are_used_in_file_order()
    {
        var section = Numbered(9) with { Samples = 4 };
        Assert.Equal([0, 1, 2, 3], SampleSet.Load(section, DataFolder.Input(1), 5).Positions.ToArray());
    }

    [Fact]
    public void A_random_selection_depends_on_the_seed_alone()
    {
        var section = Numbered(100) with { Samples = 20, Selection = SampleSelection.Random };
        var first = SampleSet.Load(section, DataFolder.Input(1), 7);
        var again = SampleSet.Load(section, DataFolder.Input(1), 7);
        var other = SampleSet.Load(section, DataFolder.Input(1), 8);
        var more = SampleSet.Load(section with { Samples = 100 }, DataFolder.Input(1), 7);

        Assert.Equal(first.Positions.ToArray(), again.Positions.ToArray());
        Assert.Equal(first.Sha256, again.Sha256);
        Assert.NotEqual(first.Positions.ToArray(), other.Positions.ToArray());
        Assert.Equal(first.Positions.ToArray(), more.Positions.Take(20));
        Assert.Equal(Enumerable.Range(0, 100), more.Positions.Order());
        Assert.Equal(first.Positions.Select(p => p / 255f), DataFolder.ReadAll(first));
        Assert.Equal(first.Positions.Select(p => p % 10), first.Labels.ToArray());
    }

    [Fact]
    public void A_random_selection_is_the_same_on_every_machine()
    {
        var section = Numbered(10) with { Samples = 5, Selection = SampleSelection.Random };
        Assert.Equal(PublishedSplitMixShuffle(10, 5, 20261122), SampleSet.Load(section, DataFolder.Input(1), 20261122).Positions.ToArray());

        // SplitMix64 as its authors give it: a state that advances by the golden ratio, then the mix.
        static int[] PublishedSplitMixShuffle(int count, int wanted, ulong state)
        {
            var left = Enumerable.Range(0, count).ToArray();
            for (var i = 0; i < wanted; i++)
            {
                state += 0x9E3779B97F4A7C15;
                var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                z ^= z >> 31;
                var j = i + (int)(UInt128)(((UInt128)z * (ulong)(count - i)) >> 64);
                (left[i], left[j]) = (left[j], left[i]);
            }

            return left[..wanted];
        }
    }

    [Fact]
    public void A_pinned_hash_of_the_images_file_is_accepted()
    {
        var section = Numbered(3);
        var pin = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(section.Images)));
        Assert.Equal(3, SampleSet.Load(section with { Sha256 = pin }, DataFolder.Input(1), 0).Count);
    }

    [Theory]
    [InlineData(new[] { 2, 3, 4 }, new[] { 1, 3, 4 })]
    [InlineData(new[] { 2, 12 }, new[] { 1, 3, 4 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { 12 })]
    [InlineData(new[] { 2, 3, 4, 1 }, new[] { 1, 3, 4 })]
    public void Shapes_that_differ_in_single_dimensions_or_are_flat_fit(int[] stored, int[] input)
    {
        var pixels = Enumerable.Range(0, 24).Select(v => (byte)v).ToArray();
        var set = SampleSet.Load(
            DataFolder.Section(_folder.Idx("images", stored, pixels), _folder.Labels("labels", 0, 0)), DataFolder.Input(input), 0);
        Assert.Equal(pixels.Select(v => v / 255f), DataFolder.ReadAll(set));
        Assert.Empty(set.Notices);
    }

    [Theory]
    [InlineData(new[] { 1, 5, 6, 3 }, new[] { 3, 5, 6 }, 6 * 3)]
    [InlineData(new[] { 1, 3, 5, 6 }, new[] { 5, 6, 3 }, 6)]
    public void Channels_are_moved_to_where_the_model_has_them_and_said_so(int[] stored, int[] input, int rowStride)
    {
        var pixels = Enumerable.Range(0, 90).Select(v => (byte)v).ToArray();
        var set = SampleSet.Load(
            DataFolder.Section(_folder.Idx("images", stored, pixels), _folder.Labels("labels", 0)), DataFolder.Input(input), 0);
        var all = DataFolder.ReadAll(set);

        var channelsFirst = input[0] == 3;
        var (columnStride, channelStride) = channelsFirst ? (3, 1) : (1, 30);
        for (var y = 0; y < 5; y++)
        {
            for (var x = 0; x < 6; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    var place = channelsFirst ? (c * 30) + (y * 6) + x : (((y * 6) + x) * 3) + c;
                    Assert.Equal(pixels[(y * rowStride) + (x * columnStride) + (c * channelStride)] / 255f, all[place]);
                }
            }
        }

        Assert.Equal("RG0330", Assert.Single(set.Notices).Code);
    }

    [Fact]
    public void Regions_follow_the_selection_and_count_in_the_hash()
    {
        var images = _folder.Floats("x.npy", [3, 2], 0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f);
        var plain = DataFolder.Section(images, _folder.Labels("labels", 0, 1, 2)) with { Samples = 2, Selection = SampleSelection.Random };
        var boxed = plain with
        {
            Lower = _folder.Floats("lower.npy", [3, 2], 0, 0, 0.1f, 0.1f, 0.2f, 0.2f),
            Upper = _folder.Floats("upper.npy", [3, 2], 0.5f, 0.5f, 0.6f, 0.6f, 0.7f, 0.7f),
        };
        var without = SampleSet.Load(plain, DataFolder.Input(2), 1);
        var set = SampleSet.Load(boxed, DataFolder.Input(2), 1);
        var (lower, upper) = (new float[4], new float[4]);
        set.ReadRegion(0, 2, lower, upper);

        Assert.Equal(set.Positions.SelectMany(p => new[] { p / 10f, p / 10f }), lower);
        Assert.Equal(set.Positions.SelectMany(p => new[] { (p + 5) / 10f, (p + 5) / 10f }), upper);
        Assert.Equal(without.Ids.ToArray(), set.Ids.ToArray());
        Assert.NotEqual(without.Sha256, set.Sha256);
    }

    [Fact]
    public void Labels_beyond_the_models_classes_name_the_sample()
    {
        var set = Load(_folder.Idx("images", [3, 1], [1, 2, 3]), _folder.Labels("labels", 0, 9, 2), 1);
        set.RequireClasses(10);
        var finding = DataFolder.Mistake(() => set.RequireClasses(9));
        Assert.Equal("RG0308", finding.Code);
        Assert.Contains("sample 1 has label 9", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("shifted", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_from_one_to_the_number_of_classes_are_called_shifted()
    {
        var set = Load(_folder.Idx("images", [3, 1], [1, 2, 3]), _folder.Labels("labels", 1, 3, 2), 1);
        Assert.Contains("shifted by one", DataFolder.Mistake(() => set.RequireClasses(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_are_read_from_integer_arrays()
    {
        var path = _folder.Npy("t.npy", "<i8", [3], MemoryMarshal.AsBytes<long>([4, 0, 2]).ToArray());
        Assert.Equal([4, 0, 2], TargetFile.Read(path, 3).ToArray());
        Assert.Equal("RG0323", DataFolder.Mistake(() => TargetFile.Read(path, 2)).Code);
        Assert.Equal("RG0308", DataFolder.Mistake(() => TargetFile.Read(_folder.Floats("f.npy", [1], 1), 1)).Code);
    }

    [SharedDataFact("mnist")]
    public void Mnist_is_read()
    {
        var section = DataFolder.Section(
            TestData.Shared("mnist/t10k-images-idx3-ubyte.gz")!, TestData.Shared("mnist/t10k-labels-idx1-ubyte.gz")!) with { Samples = 1000 };
        var set = SampleSet.Load(section, DataFolder.Input(1, 28, 28), 0);
        Assert.Equal([7, 2, 1, 0, 4, 1, 4, 9, 5, 9], set.Labels.Take(10));

        // The mean of the file's bytes 16 … 784,015, divided by 255.
        Assert.Equal(0.122265, DataFolder.ReadAll(set).Average(v => (double)v), 6);
        Assert.Equal(1000, IdList(set).Distinct().Count());
    }

    private static SampleSet Load(string images, string labels, params int[] shape) =>
        SampleSet.Load(DataFolder.Section(images, labels), DataFolder.Input(shape), 0);

    private static IEnumerable<string> IdList(SampleSet set) => set.Ids.Chunk(8).Select(Convert.ToHexString);

    /// <summary>Images of one pixel, whose value is their position; labels are the last digit.</summary>
    private DataSection Numbered(int count) => DataFolder.Section(
        _folder.Idx("numbered", [count, 1], [.. Enumerable.Range(0, count).Select(v => (byte)v)]),
        _folder.Labels("numbered-labels", [.. Enumerable.Range(0, count).Select(v => (byte)(v % 10))]));

    public void Dispose() => _folder.Dispose();
}
