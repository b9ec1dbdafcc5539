using System.Diagnostics;
using System.Globalization;
using RobustnessGate.Samples;
using RobustnessGate.Tests;
using RobustnessGate.Tests.Samples;
using Xunit.Abstractions;

namespace RobustnessGate.SlowTests;

/// <summary>Runs alone, since it measures the process.</summary>
[CollectionDefinition(nameof(CifarJpegTests), DisableParallelization = true)]
[Collection(nameof(CifarJpegTests))]
public class CifarJpegTests(ITestOutputHelper output)
{
    [SharedDataFact("cifar10-jpeg.zip")]
    public void Ten_thousand_jpegs_load_quickly_and_stay_small()
    {
        var section = DataFolder.Section(TestData.Shared("cifar10-jpeg.zip")! + "#test", null);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var set = SampleSet.Load(section, DataFolder.Input(3, 32, 32), 0);
        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        clock.Stop();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{set.Count} images in {clock.Elapsed.TotalSeconds:F2} s ({processor.TotalSeconds:F2} s of processor time), {held >> 20} MB held");

        Assert.Equal(10_000, set.Count);
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], set.ClassNames);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => i % 10), set.Labels.ToArray());
        Assert.Empty(set.Notices);

        // Processor time, which other work on the machine does not lengthen: less than this on all cores is less on the clock.
        Assert.True(processor < TimeSpan.FromSeconds(10), $"{processor} of processor time");

        // A byte a value is 31 MB; anything near a float a value would be 123 MB.
        Assert.True(held < 60 << 20, $"{held} bytes");
    }

    /// <summary>In a process of its own, with libtorch loaded as in a check.</summary>
    [SharedDataFact("cifar10-jpeg.zip")]
    public void A_process_that_loads_ten_thousand_jpegs_stays_within500_megabytes()
    {
        var log = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, ChildProcess.Run(typeof(Program), ["load-images", TestData.Shared("cifar10-jpeg.zip")! + "#test", log]));

            var said = File.ReadAllText(log);
            output.WriteLine(said);
            Assert.InRange(int.Parse(said.Split(' ')[^4], CultureInfo.InvariantCulture), 1, 500);
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>The child's part: loads 10,000 images and writes down what it took.</summary>
    internal static int Load(string images, string log)
    {
        var clock = Stopwatch.StartNew();
        var set = SampleSet.Load(DataFolder.Section(images, null), DataFolder.Input(3, 32, 32), 0);
        using var process = Process.GetCurrentProcess();
        File.WriteAllText(log, string.Create(CultureInfo.InvariantCulture,
            $"{set.Count} images in {clock.Elapsed.TotalSeconds:F2} s, peak of the process {process.PeakWorkingSet64 >> 20} MB (libtorch included)"));
        return set.Count == 10_000 ? 0 : 1;
    }
}
