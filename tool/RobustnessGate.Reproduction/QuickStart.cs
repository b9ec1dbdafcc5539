using System.Globalization;
using System.IO.Compression;
using RobustnessGate.Samples;

namespace RobustnessGate.Reproduction;

/// <summary>
/// The quick start's data: the UCI handwritten digits (1,797 rows of 64 values 0..16 and a label), as IDX files.
/// The first 1,297 rows are for training, the last 500 for testing, as they stand in the file. Values become
/// round(v·255/16), halves away from zero; images are 1×8×8.
/// </summary>
internal static class QuickStart
{
    public const int TrainingSamples = 1297;
    public const int TestSamples = 500;
    public const string TrainImages = "train-images.idx.gz";
    public const string TrainLabels = "train-labels.idx.gz";
    public const string TestImages = "test-images.idx.gz";
    public const string TestLabels = "test-labels.idx.gz";
    private const int Side = 8;
    private const int Pixels = Side * Side;

    /// <summary>Writes the four files; the same input gives the same bytes.</summary>
    /// <exception cref="InvalidDataException">The file is not the digits' CSV.</exception>
    public static void WriteData(string csvGz, string outDir)
    {
        var (pixels, labels) = Read(csvGz);
        Directory.CreateDirectory(outDir);
        Write(outDir, TrainImages, TrainLabels, pixels[..(TrainingSamples * Pixels)], labels[..TrainingSamples]);
        Write(outDir, TestImages, TestLabels, pixels[(TrainingSamples * Pixels)..], labels[TrainingSamples..]);
    }

    private static void Write(string folder, string images, string labels, byte[] pixels, byte[] classes)
    {
        IdxWriter.WriteGzip(Path.Combine(folder, images), [classes.Length, 1, Side, Side], pixels);
        IdxWriter.WriteGzip(Path.Combine(folder, labels), [classes.Length], classes);
    }

    private static (byte[] Pixels, byte[] Labels) Read(string csvGz)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(csvGz), CompressionMode.Decompress));
        var pixels = new List<byte>();
        var labels = new List<byte>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var row = line.Split(',').Select(cell => int.Parse(cell, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
            if (row.Length != Pixels + 1 || row[..Pixels].Any(v => v > 16) || row[Pixels] > 9)
            {
                throw new InvalidDataException($"row {labels.Count + 1} is not 64 values 0..16 and a label 0..9");
            }

            pixels.AddRange(row[..Pixels].Select(v => (byte)Math.Round(v * 255 / 16.0, MidpointRounding.AwayFromZero)));
            labels.Add((byte)row[Pixels]);
        }

        return labels.Count == TrainingSamples + TestSamples
            ? ([.. pixels], [.. labels])
            : throw new InvalidDataException($"{labels.Count} rows instead of {TrainingSamples + TestSamples}");
    }
}
