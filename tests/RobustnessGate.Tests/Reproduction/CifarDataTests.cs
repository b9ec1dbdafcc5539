using RobustnessGate.Reproduction;
using RobustnessGate.Samples;
using RobustnessGate.Tests.Samples;

namespace RobustnessGate.Tests.Reproduction;

public sealed class CifarDataTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_in_class_folders_are_decoded_once_with_the_classes_in_turn()
    {
        var names = from part in new[] { "test", "train" } from name in new[] { "cat/0", "cat/1", "cat/2", "dog/0", "frog/0", "frog/1" } select $"{part}/{name}.png";
        _folder.Zip("images.zip", [.. names.Select((name, i) => (name, Colour((byte)(10 * i))))]);
        var said = new List<string>();
        var workshop = new Workshop(_folder["images.zip"], _folder["work"], _folder["networks"], Quick: false, () => 0, said.Add, CancellationToken.None);
        var data = new CifarData();

        var (labels, levels) = Read(data.Test(workshop));
        Assert.Equal([0, 1, 2, 0, 2, 0], labels);
        Assert.Equal([0, 30, 40, 10, 50, 20], levels);
        Assert.Equal([60, 90, 100, 70, 110, 80], Read(data.Training(workshop)).Levels);
        Assert.Equal(2, said.Count);

        File.Delete(_folder["images.zip"]);
        Assert.Equal(levels, Read(data.Test(workshop)).Levels);
        Assert.Equal(2, said.Count);
    }

    /// <summary>Red has the level, green one more, blue two more, at every pixel.</summary>
    private static byte[] Colour(byte level) => ImageFiles.Png(
        32, 32, colour: 2, [.. Enumerable.Range(0, 32 * 32).SelectMany(_ => new[] { level, (byte)(level + 1), (byte)(level + 2) })]);

    private static (int[] Labels, int[] Levels) Read(Policies.DataSection section)
    {
        var samples = SampleSet.Load(section, DataFolder.Input(3, 32, 32), seed: 0);
        var pixels = new float[3 * 32 * 32];
        return ([.. samples.Labels], [.. Enumerable.Range(0, samples.Count).Select(i =>
        {
            samples.Read(i, 1, pixels);
            var levels = pixels.Select(pixel => (int)MathF.Round(pixel * 255)).ToArray();
            Assert.Equal(Enumerable.Range(0, 3072).Select(k => levels[0] + (k / 1024)), levels);
            return levels[0];
        })]);
    }
}
