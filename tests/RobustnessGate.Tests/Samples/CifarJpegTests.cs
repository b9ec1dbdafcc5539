using System.Diagnostics;
using RobustnessGate.Samples;
using Xunit.Abstractions;

namespace RobustnessGate.Tests.Samples;

/// <summary>Runs alone, since it measures the process.</summary>
[CollectionDefinition(nameof(CifarJpegTests), DisableParallelization = true)]
[Collection(nameof(CifarJpegTests))]
public class CifarJpegTests(ITestOutputHelper output)
{
    [SharedDataFact("cifar10-jpeg.zip")]
    public void TenThousandJpegsLoadQuicklyAndStaySmall()
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
}
