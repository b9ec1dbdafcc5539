using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Reproduction;

/// <summary>
/// CIFAR-10 as images in class folders, <c>train/airplane/…</c> to <c>test/truck/…</c>, in an archive. Decoded once into
/// files of the data set's binary form in the work folder, which are read from then on.
/// </summary>
internal sealed record CifarData() : PaperData(
    "ZIP", "Archive with the CIFAR-10 images in class folders, below train and test.", "data/cifar10-jpeg.zip",
    new InputSection([3, 32, 32], new Bounds(0, 1), [], []))
{
    public override DataSection Training(Workshop workshop) => Decoded(workshop, "train");

    public override DataSection Test(Workshop workshop) => Decoded(workshop, "test");

    private DataSection Decoded(Workshop workshop, string part)
    {
        var file = Path.Combine(workshop.Work, $"{part}.bin");
        if (!File.Exists(file))
        {
            workshop.Say($"decoding {part} images");
            AtomicFile.MakeFolder(file);
            AtomicFile.Write(file, Records(SampleSet.Load(Section($"{Path.GetFullPath(workshop.Data)}#{part}"), Input, seed: 0)));
        }

        return Section(Path.GetFullPath(file));
    }

    /// <summary>
    /// A label byte and the pixels of each image. The first image of each class, then the second of each, and so on: in
    /// the order of folders, the first thousand images would be of one class.
    /// </summary>
    private static byte[] Records(SampleSet samples)
    {
        var order = samples.Labels.Select((label, i) => (label, i)).GroupBy(pair => pair.label)
            .SelectMany(group => group.Select((pair, rank) => (rank, pair.label, pair.i)))
            .Order().Select(place => place.i).ToArray();
        var size = samples.Features + 1;
        var records = new byte[samples.Count * size];
        var pixels = new float[samples.Features];
        for (var record = 0; record < order.Length; record++)
        {
            samples.Read(order[record], 1, pixels);
            var bytes = records.AsSpan(record * size, size);
            bytes[0] = (byte)samples.Labels[order[record]];
            for (var k = 0; k < pixels.Length; k++)
            {
                bytes[k + 1] = (byte)MathF.Round(pixels[k] * byte.MaxValue);
            }
        }

        return records;
    }

    private static DataSection Section(string images) =>
        new(images, null, null, SampleSelection.First, DataScale.Auto, null, null, null);
}
