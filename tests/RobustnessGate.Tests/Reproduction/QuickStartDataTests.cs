using RobustnessGate.Reproduction;
using RobustnessGate.Samples;
using RobustnessGate.Tests.Samples;

namespace RobustnessGate.Tests.Reproduction;

public sealed class QuickStartDataTests : IDisposable
{
    private static readonly string Folder = Path.Combine(TestData.Root, "templates", "quick-start");
    private static readonly string[] Files = [QuickStart.TrainImages, QuickStart.TrainLabels, QuickStart.TestImages, QuickStart.TestLabels];
    private readonly DataFolder _folder = new();

    [Fact]
    public void Converting_the_digits_again_gives_the_committed_bytes()
    {
        QuickStart.WriteData(Path.Combine(Folder, "digits.csv.gz"), _folder.Root);
        foreach (var file in Files)
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, file)), File.ReadAllBytes(_folder[file]));
        }
    }

    [Fact]
    public void The_test_digits_are_the_last_five_hundred_rows()
    {
        var section = DataFolder.Section(Path.Combine(Folder, QuickStart.TestImages), Path.Combine(Folder, QuickStart.TestLabels));
        var set = SampleSet.Load(section, DataFolder.Input(1, 8, 8), 0);

        Assert.Equal(500, set.Count);
        var last = new float[64];
        set.Read(499, 1, last);
        Assert.Equal(LastRow().Select(v => (float)(Math.Round(v * 255 / 16.0, MidpointRounding.AwayFromZero) / 255)), last);
        Assert.Equal(Enumerable.Range(0, 10), set.Labels.Distinct().Order());
    }

    private static IEnumerable<int> LastRow()
    {
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(
            File.OpenRead(Path.Combine(Folder, "digits.csv.gz")), System.IO.Compression.CompressionMode.Decompress));
        return reader.ReadToEnd().TrimEnd().Split('\n')[^1].Split(',').Take(64)
            .Select(v => int.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
    }

    public void Dispose() => _folder.Dispose();
}
