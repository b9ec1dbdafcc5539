using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

/// <summary>Usual mistakes that show in the data alone are warned of; data that only look alike are not.</summary>
public sealed class DataChecksTests : IDisposable
{
    private readonly DataFolder _folder = new();

    [Theory]
    [InlineData(0, 255, 1f, "RG0350")]
    [InlineData(-1, 1, 1f, "RG0350")]
    [InlineData(0, 1, 1f, null)]
    [InlineData(0, 255, 200f, null)]
    public void Floats_that_use_a_small_part_of_the_bounds_are_warned_of(double low, double high, float greatest, string? code)
    {
        var images = _folder.Floats("x.npy", [1, 2, 2], 0, greatest / 2, greatest, 0);
        Assert.Equal(code, Codes(images, [0], new Bounds(low, high), 2, 2));
    }

    [Fact]
    public void Mapped_pixels_and_tables_may_use_any_part_of_the_bounds()
    {
        Assert.Null(Codes(_folder.Idx("x", [1, 2, 2], [0, 3, 2, 1]), [0], new Bounds(0, 1), 2, 2));
        Assert.Null(Codes(_folder.Floats("x.npy", [1, 4], 0, 1, 1, 0), [0], new Bounds(0, 100), 4));
    }

    [Fact]
    public void Mapped_pixels_of_zero_and_one_are_warned_of() =>
        Assert.Equal("RG0350", Codes(_folder.Idx("x", [1, 2, 2], [0, 1, 1, 0]), [0], new Bounds(-1, 1), 2, 2));

    [Theory]
    [InlineData(1, 9, 200, "RG0351")]
    [InlineData(0, 9, 200, null)]
    [InlineData(1, 9, 40, null)]
    [InlineData(1, 1, 9, null)]
    public void Labels_that_begin_at_one_are_warned_of_where_it_is_no_accident(int from, int to, int count, string? code)
    {
        var labels = Enumerable.Range(0, count).Select(i => (byte)(from + (i % (to - from + 1)))).ToArray();
        Assert.Equal(code, Codes(_folder.Idx("x", [count, 1], new byte[count]), labels, new Bounds(0, 1), 1));
    }

    [Theory]
    [InlineData(50, "RG0352")]
    [InlineData(9, null)]
    public void A_single_class_is_warned_of(int count, string? code) =>
        Assert.Equal(code, Codes(_folder.Idx("x", [count, 1], new byte[count]), new byte[count], new Bounds(0, 1), 1));

    [Fact]
    public void Eight_bit_values_are_not_mapped_to_bounds_that_differ()
    {
        var section = DataFolder.Section(_folder.Idx("x", [1, 2], [1, 2]), _folder.Labels("y", 0));
        var input = DataFolder.Input(2) with { FeatureBounds = [new Bounds(0, 1), new Bounds(0, 2)] };
        Assert.Equal("RG0314", DataFolder.Mistake(() => SampleSet.Load(section, input, 0)).Code);
        Assert.Equal(1, SampleSet.Load(section with { Scale = DataScale.None }, input with { FeatureBounds = [new Bounds(0, 1), new Bounds(0, 2)], Bounds = new Bounds(0, 2) }, 0).Count);
    }

    private string? Codes(string images, byte[] labels, Bounds bounds, params int[] shape)
    {
        var set = SampleSet.Load(DataFolder.Section(images, _folder.Labels("y", labels)), DataFolder.Input(shape) with { Bounds = bounds }, 0);
        Assert.All(set.Notices, notice => Assert.Equal(Severity.Warning, notice.Severity));
        return set.Notices.SingleOrDefault()?.Code;
    }

    public void Dispose() => _folder.Dispose();
}
