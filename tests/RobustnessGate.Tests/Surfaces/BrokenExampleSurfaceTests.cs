using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Models;
using RobustnessGate.Results;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;

namespace RobustnessGate.Tests.Surfaces;

/// <summary>What the surface of a report says of the models that it shows, and of one that it cannot show.</summary>
public sealed class BrokenExampleSurfaceTests
{
    private static readonly FunctionNetwork Network = Networks.Convolutional("telling");

    private static readonly Bed Images = Networks.Labelled(Network, "telling", 48, 1, 8, 8).Pick(Enumerable.Range(0, 8));

    /// <summary>Whichever of the two is randomised: neither takes the other's means.</summary>
    [Theory]
    [InlineData(false, "The baseline's model is randomised: every value, and every gradient behind a direction, is the mean of 20 answers drawn from seed 7.")]
    [InlineData(true, "This model is randomised: every value, and every gradient behind a direction, is the mean of 20 answers drawn from seed 7.")]
    public void Each_model_is_asked_whether_it_is_randomised_and_the_caption_says_so(bool now, string words)
    {
        var (plain, noisy) = (Networks.Convolutional("before"), Noisy(now ? Network : Networks.Convolutional("before")));
        var fact = Drawn(now ? Images with { Network = noisy } : Images, now ? plain : noisy);

        Assert.Equal(now ? (20, 0) : (0, 20), (fact.Surface!.Draws, fact.SurfaceBefore!.Draws));
        Assert.Contains(words, Caption(fact), StringComparison.Ordinal);
        var both = fact with { Surface = fact.Surface with { Draws = 20 }, SurfaceBefore = fact.SurfaceBefore with { Draws = 20 } };
        Assert.Contains("Both models are randomised", Caption(both), StringComparison.Ordinal);
        // What is not drawn is not spoken of.
        var neither = fact with { Surface = fact.Surface with { Draws = 0 }, SurfaceBefore = null };
        Assert.DoesNotContain("randomised", Caption(neither), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flat", "pinned", "The baseline's model could not be drawn around this sample, so this model is drawn alone.")]
    [InlineData("no number", "pinned", "The baseline's model could not be drawn around this sample, so this model is drawn alone.")]
    [InlineData("flat", "another", "The merge base has another model than the baseline was measured on, so this model is drawn alone.")]
    [InlineData("damaged", "pinned", "The merge base's model could not be opened, so this model is drawn alone.")]
    public void A_baseline_s_model_that_was_had_and_is_not_drawn_is_not_said_to_be_absent(string kind, string sha256, string words)
    {
        var fact = Drawn(Images, kind switch
        {
            "flat" => new(x => (x.flatten(1) * 0).narrow(1, 0, 10)),
            "no number" => new(x => x.flatten(1).narrow(1, 0, 10) * double.NaN),
            _ => null,
        }, sha256);

        Assert.Null(fact.SurfaceBefore);
        Assert.Contains(words, Caption(fact), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_drawn_beside_is_not_alone() =>
        Assert.Null(Drawn(Images, Networks.Convolutional("before")).Alone);

    /// <summary>Steps of so narrow a plane would be lost beside the sample's own values.</summary>
    [Fact]
    public void A_boundary_too_near_to_narrow_the_plane_leaves_the_wide_one()
    {
        const double radius = 0.02;
        // L = 2⁻²³ at the sample: every product and sum is exact.
        float[] weights = [.. Enumerable.Range(0, 128).Select(i => i >= 64 ? 0 : i % 2 == 0 ? 0.125f : -0.125f)];
        var bed = new Bed(Networks.Linear(weights, [1f / (1 << 23), 0]), [.. Enumerable.Repeat(0.75f, 64)], [0], [1, 8, 8]);
        bed = bed with { Options = new(BrokenExamples: new(Robust: null)) { Surface = BrokenExampleSurface.Layer } };

        var grid = Assert.Single(bed.Run(Bed.Entry(new Fgsm(), radius)).BrokenExamples).Surface;

        Assert.NotNull(grid);
        Assert.InRange(grid.Y.Ahead!.Value, 1e-12, 1e-7);
        Assert.Equal(radius * 4 / 3, grid.Y.Extent, 1e-9);
    }

    private static FunctionNetwork Noisy(FunctionNetwork network) => new(x =>
    {
        var logits = network.Forward(x);
        return logits + (0.01 * torch.randn_like(logits));
    });

    /// <param name="before">Null for one that cannot be opened.</param>
    private static BrokenExampleFact Drawn(Bed bed, FunctionNetwork? before, string sha256 = "pinned")
    {
        Classifier Open() => before is null ? throw new InvalidOperationException() : new(before, Images.Input, sha256);
        bed = bed with { Options = new(BrokenExamples: new(Robust: null, "pinned"), Before: Open) { Surface = BrokenExampleSurface.Layer } };
        return bed.Run(Bed.Entry(new Fgsm(), 0.08)).BrokenExamples.Single(fact => fact.Surface is not null);
    }

    private static string Caption(BrokenExampleFact fact) => BrokenExampleSurfacePicture.Of([fact], Passed)!.Description;

    private static readonly ResultsDocument Passed = Scene.Judged(
        Scene.Policy(Scene.Natural(maxDrop: 0.1)), Measured, Scene.Pin(Scene.Policy(Scene.Natural(maxDrop: 0.1)), Measured)) with
    {
        Options = new(Baseline: "git:abc"), Seed = 7,
    };

    private static EvaluationFacts Measured => Scene.Measured(Scene.Bits(98, 100), Scene.Bits(80, 100), Scene.Bits(40, 100));
}
