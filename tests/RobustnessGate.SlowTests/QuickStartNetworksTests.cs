using RobustnessGate.Reproduction;
using RobustnessGate.Tests;

namespace RobustnessGate.SlowTests;

public class QuickStartNetworksTests
{
    private static readonly string Folder = Path.Combine(TestData.Root, "templates", "quick-start");

    /// <summary>Bits of floats differ between processors, so a few samples may fall on the other side.</summary>
    [Fact]
    public void Training_again_gives_the_committed_networks_accuracies()
    {
        var output = Directory.CreateTempSubdirectory("quick-start").FullName;
        var made = QuickStartNetworks.All.ToDictionary(network => network.File, network => QuickStartNetworks.Make(
            network.File, Folder, output, _ => { }, CancellationToken.None));
        Directory.Delete(output, recursive: true);
        foreach (var (file, counts) in made)
        {
            var committed = QuickStartNetworks.Measure(Path.Combine(Folder, file), Folder, CancellationToken.None);
            Assert.InRange(counts.Natural, committed.Natural - 5, committed.Natural + 5);
            Assert.InRange(counts.Robust, committed.Robust - 15, committed.Robust + 15);
        }

        var (natural, robust) = (made["natural.onnx"], made["robust.onnx"]);
        Assert.InRange(robust.Natural, natural.Natural - 10, robust.Total);
        Assert.InRange(robust.Robust, natural.Robust + 30, robust.Total);
    }
}
