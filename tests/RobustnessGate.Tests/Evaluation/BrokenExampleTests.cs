using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Drawing;
using StbImageSharp;

namespace RobustnessGate.Tests.Evaluation;

public class BrokenExampleTests
{
    private const double Radius = 0.08;

    private static readonly Bed Images = Networks.Labelled(Networks.Convolutional("telling"), "telling", 48, 1, 8, 8);

    private static readonly AttackEntry[] Attacks = [Bed.Entry(new Fgsm(), Radius), Bed.Entry(new DeepFool(), Radius)];

    [Fact]
    public void The_broken_samples_with_the_largest_former_margins_are_handed_out_with_their_points()
    {
        var facts = Run(Images, new(Robust: null));

        Assert.Equal(3, facts.BrokenExamples.Length);
        Assert.Equal(facts.BrokenExamples.Select(fact => fact.MarginBefore).OrderDescending(), facts.BrokenExamples.Select(fact => fact.MarginBefore));
        var broken = Broken(facts);
        var margins = Run(Images with { Indicator = 48, Jitter = 0 }, null).Indicator!.PerSample["margin"];
        Assert.Equal(broken.OrderByDescending(i => margins[i]).Take(3), facts.BrokenExamples.Select(fact => fact.Sample));
        Assert.All(facts.BrokenExamples, fact =>
        {
            float[] clean = Floats(fact.Clean), point = Floats(fact.Adversarial);
            Assert.Equal(Images.Values.Skip(64 * fact.Sample).Take(64), clean);
            Assert.InRange(clean.Zip(point, (a, b) => Math.Abs(a - b)).Max(), 1e-4, Radius * 1.00001);
            Assert.False(facts.Attacks.Single(attack => attack.Id == fact.Attack).Bits[fact.Sample]);
            Assert.Equal(facts.Attacks.Single(attack => attack.Id == fact.Attack).Predictions[fact.Sample], fact.PredictionAfter);
            Assert.Equal(margins[fact.Sample]!.Value, fact.MarginBefore, 1e-4);
            Assert.True(fact.MarginAfter <= 0 && fact.PredictionBefore == fact.Label && fact.PredictionAfter != fact.Label);
        });
    }

    [Fact]
    public void Only_samples_that_withstood_everything_before_are_handed_out()
    {
        var all = Run(Images, new(Robust: null));
        var chosen = Broken(all).Except(all.BrokenExamples.Select(fact => fact.Sample)).Take(2).ToArray();
        Assert.Equal(2, chosen.Length);

        var facts = Run(Images, new([.. chosen.SelectMany(i => all.Data!.SampleIds.AsSpan().Slice(8 * i, 8).ToArray())]));

        Assert.Equal(chosen, facts.BrokenExamples.Select(fact => fact.Sample).Order());
    }

    /// <summary>A randomised network draws its numbers from one stream: pictures come after all that counts.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Asking_changes_no_result(bool random)
    {
        var network = Networks.Convolutional("telling");
        var bed = Images with
        {
            Network = random ? new FunctionNetwork(x => network.Forward(x) + (0.01 * TorchSharp.torch.randn_like(network.Forward(x)))) : network,
            Indicator = 4,
        };
        bed = random ? bed.Pick(Enumerable.Range(0, 8)) : bed;
        var (asked, unasked) = (Run(bed, new(Robust: null)), Run(bed, null));

        Assert.Empty(unasked.BrokenExamples);
        Assert.NotEmpty(asked.BrokenExamples);
        Assert.Equal(unasked.Attacks.Select(FactLog.Line), asked.Attacks.Select(FactLog.Line));
        Assert.Equal(FactLog.Line(unasked.Indicator!), FactLog.Line(asked.Indicator!));
        Assert.Equal(unasked.Findings.Select(finding => finding.Message), asked.Findings.Select(finding => finding.Message));
    }

    [Fact]
    public void A_picture_that_cannot_be_drawn_is_none() =>
        Assert.Null(ReportPicture.Drawn(() => throw new InvalidOperationException()));

    [Fact]
    public void Samples_that_are_no_images_have_no_pictures()
    {
        var facts = Run(Networks.Labelled(Networks.Linear(Networks.Uniform("flat", 640, -1), new float[10]), "rows", 48, 64), new(Robust: null));

        Assert.NotEmpty(Broken(facts));
        Assert.Empty(facts.BrokenExamples);
    }

    [Fact]
    public void They_travel_as_facts_and_become_a_picture_that_can_be_read_back()
    {
        var facts = Run(Images, new(Robust: null));

        var read = FactLog.Read(string.Concat(facts.BrokenExamples.Select(FactLog.Line)));
        var picture = BrokenExamplePicture.Of(read.BrokenExamples, Passed)!;

        var texts = SvgText.AssertClean(picture.Svg);
        Assert.Contains(texts, text => text.Text == $"sample {facts.BrokenExamples[0].Sample}, class {facts.BrokenExamples[0].Label}");
        Assert.Contains($"→ {facts.BrokenExamples[0].PredictionAfter}, L ", picture.Description, StringComparison.Ordinal);
        byte[][] images =
        [
            .. SvgText.Parse(picture.Svg).Descendants().Where(element => element.Name.LocalName == "image")
                .Select(element => ImageResult.FromMemory(Convert.FromBase64String(element.Attribute("href")!.Value["data:image/png;base64,".Length..]), ColorComponents.Default).Data),
        ];
        Assert.Equal(9, images.Length);
        // Each of the 8 × 8 pixels is a square of 29 × 29.
        Assert.Equal(Floats(facts.BrokenExamples[0].Clean).Select(value => (byte)Math.Round(value * 255)), Enumerable.Range(0, 64).Select(i => images[0][(i / 8 * 29 * 232) + (i % 8 * 29)]));
        Assert.All(images[1].Zip(images[0], images[2]), pixel => Assert.True(
            Math.Abs(pixel.Third - pixel.Second) <= 1 || Math.Sign(pixel.First - 127.5) == Math.Sign(pixel.Third - pixel.Second)));
        Assert.StartsWith("Broken images. Withstood every attack on the baseline", picture.Description, StringComparison.Ordinal);
        Assert.Null(BrokenExamplePicture.Of([], Passed));
    }

    /// <summary>Its middle is the sample, and it travels with it.</summary>
    [Fact]
    public void The_most_telling_has_a_surface_with_the_ball_and_the_way_to_where_it_fell()
    {
        var brokenExamples = FactLog.Read(string.Concat(Run(Images, new(Robust: null)).BrokenExamples.Select(FactLog.Line))).BrokenExamples;

        var fact = Assert.Single(brokenExamples, fact => fact.Surface is not null);
        var grid = fact.Surface!;
        Assert.Equal((31, 31), (grid.Columns, grid.Rows));
        Assert.Equal(fact.MarginBefore, grid.Margins[grid.At(15, 15)], 1e-4);
        Assert.Equal((fact.Sample, fact.Label), (grid.Origin.Sample, grid.Origin.Label));
        Assert.Equal(Radius, grid.Box!.Epsilon);
        Assert.Equal(Radius * 4 / 3, grid.X.Extent, 1e-9);
        Assert.Contains(grid.Margins, margin => margin <= 0);
        Assert.Equal(("fgsm", 2), (grid.Path!.Attack, grid.Path.Points.Length));
        Assert.True(grid.Path.Margins[0] > 0 && grid.Path.Margins[^1] <= 0, "the way does not end where the sample was broken");
        Assert.Null(fact.SurfaceBefore);
    }

    [Fact]
    public void A_plane_of_which_the_boundary_takes_a_small_part_is_narrowed()
    {
        var fact = Run(Images, new(Robust: null), Bed.Entry(new DeepFool(), 1.9)).BrokenExamples.First(fact => fact.Surface is not null);

        var grid = fact.Surface!;
        double?[] distances = [grid.X.Ahead, grid.X.Behind, grid.Y.Ahead, grid.Y.Behind];
        Assert.Equal(4 * distances.Where(distance => distance is not null).Min()!.Value, grid.Y.Extent, 0.02 * grid.Y.Extent);
        Assert.InRange(grid.Y.Extent, 0, 4 * 1.9 / 8);
        Assert.Null(grid.Box);
        Assert.Equal(("deepfool, straight", 2), (grid.Path!.Attack, grid.Path.Points.Length));
        Assert.True(grid.Path.Margins[^1] <= 0, "the judged point is not wrong");
    }

    [Fact]
    public void Of_several_radii_the_least_that_breaks_a_sample_tells()
    {
        var facts = Run(Images, new(Robust: null), Bed.Entry(new Fgsm(), 0.3), Bed.Entry(new Bim(), Radius));

        Assert.Equal(3, facts.BrokenExamples.Length);
        Assert.Contains(facts.BrokenExamples, fact => fact.Attack == "bim-linf-0.08");
        Assert.All(facts.BrokenExamples, fact => Assert.Equal(facts.Attacks[1].Bits[fact.Sample], fact.Attack == "fgsm-linf-0.3"));
    }

    /// <summary>In ℓ1 there is no plane with unit directions.</summary>
    [Fact]
    public void A_sample_without_a_surface_gives_way_to_the_next()
    {
        AttackEntry[] attacks = [Bed.Entry(new Fgsm(), Radius), Bed.Entry(new Pgd(Steps: 20), 4, Norm.L1)];
        var all = Run(Images, new(Robust: null), attacks);
        var margins = Run(Images with { Indicator = 48, Jitter = 0 }, null).Indicator!.PerSample["margin"];
        var surest = Enumerable.Range(0, 48).Where(i => all.Natural!.Bits[i] && all.Attacks[0].Bits[i] && !all.Attacks[1].Bits[i]).MaxBy(i => margins[i]);
        var other = Enumerable.Range(0, 48).First(i => all.Natural!.Bits[i] && !all.Attacks[0].Bits[i] && margins[i] < margins[surest]);

        var brokenExamples = Run(Images.Pick([surest, other]), new(Robust: null), attacks).BrokenExamples;

        Assert.Equal(["pgd-l1-4", "fgsm-linf-0.08"], brokenExamples.Select(fact => fact.Attack));
        Assert.Null(brokenExamples[0].Surface);
        Assert.NotNull(brokenExamples[1].Surface);
    }

    [Fact]
    public void The_baseline_s_model_is_drawn_beside_on_one_scale()
    {
        var brokenExamples = Beside("pinned").BrokenExamples;

        var fact = brokenExamples.Single(fact => fact.Surface is not null);
        Assert.Equal(("baseline", "this model"), (fact.SurfaceBefore!.Model, fact.Surface!.Model));
        Assert.Equal<IEnumerable<double>>(fact.Surface.X.Steps, fact.SurfaceBefore.X.Steps);
        Assert.NotEqual<IEnumerable<double>>(fact.Surface.Margins, fact.SurfaceBefore.Margins);
        var picture = BrokenExampleSurfacePicture.Of(brokenExamples, Passed)!;
        var texts = SvgText.AssertClean(picture.Svg).Select(text => text.Text).ToArray();
        Assert.Equal("surface.svg", picture.File);
        Assert.Single(texts, text => text == "decision function L (logits)");
        Assert.Contains("decision function L: baseline", texts);
        Assert.Contains("decision function L: this model", texts);
        Assert.Contains("Left the baseline's model, right this one", picture.Description, StringComparison.Ordinal);
        Assert.Contains("fgsm from the sample", texts);
        Assert.Contains("leaves the plane and is seen from above; it ends where L = −", picture.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_model_than_the_pinned_one_is_not_drawn()
    {
        Assert.All(Beside("another").BrokenExamples, fact => Assert.Null(fact.SurfaceBefore));
        var broken = Run(Images, new(Robust: null, "pinned"), () => throw new InvalidOperationException());
        Assert.All(broken.BrokenExamples, fact => Assert.Null(fact.SurfaceBefore));
        Assert.Contains(broken.BrokenExamples, fact => fact.Surface is not null);
    }

    [Fact]
    public void A_model_that_is_drawn_alone_says_why()
    {
        var brokenExamples = Beside("pinned").BrokenExamples;

        string Of(ResultsDocument results) => BrokenExampleSurfacePicture.Of(brokenExamples.Select(fact => fact with { SurfaceBefore = null }), results)!.Description;

        Assert.Contains("A baseline holds outcomes and no model", Of(Passed), StringComparison.Ordinal);
        Assert.Contains("model could not be had from the merge base, so this model is drawn alone", Of(Passed with { Options = new(Baseline: "git:abc") }), StringComparison.Ordinal);
        Assert.DoesNotContain("alone", Of(Passed with { Baseline = null }), StringComparison.Ordinal);
        var refused = Passed with
        {
            ExitCode = 6, Gate = Passed.Gate with { Findings = [new("RG0502", Severity.Error, null, null, null, "edited")] },
        };
        Assert.Contains("No baseline could be compared with (RG0502)", Of(refused), StringComparison.Ordinal);
        // Not even where its model was at hand.
        Assert.DoesNotContain("baseline</text>", BrokenExampleSurfacePicture.Of(brokenExamples, refused)!.Svg, StringComparison.Ordinal);
        Assert.DoesNotContain("Withstood", BrokenExamplePicture.Of(brokenExamples, refused)!.Description, StringComparison.Ordinal);
        Assert.Null(BrokenExampleSurfacePicture.Of([], Passed));
    }

    private static readonly ResultsDocument Passed = Scene.Judged(
        Scene.Policy(Scene.Natural(maxDrop: 0.1)), Measured, Scene.Pin(Scene.Policy(Scene.Natural(maxDrop: 0.1)), Measured));

    private static EvaluationFacts Measured => Scene.Measured(Scene.Bits(98, 100), Scene.Bits(80, 100), Scene.Bits(40, 100));

    private static EvaluationFacts Beside(string sha256) => Run(
        Images, new(Robust: null, "pinned"), () => new Classifier(Networks.Convolutional("before"), Images.Input, sha256));

    private static EvaluationFacts Run(Bed bed, BrokenExampleRequest? brokenExamples, params AttackEntry[] attacks) =>
        (bed with { Options = new(BrokenExamples: brokenExamples) { Surface = BrokenExampleSurface.Layer } }).Run(attacks is [] ? Attacks : attacks);

    private static EvaluationFacts Run(Bed bed, BrokenExampleRequest brokenExamples, Func<Classifier> before) =>
        (bed with { Options = new(BrokenExamples: brokenExamples, Before: before) { Surface = BrokenExampleSurface.Layer } }).Run(Attacks);

    private static int[] Broken(EvaluationFacts facts) =>
        [.. Enumerable.Range(0, 48).Where(i => facts.Natural!.Bits[i] && facts.Attacks.Any(attack => !attack.Bits[i]))];

    private static float[] Floats(ImmutableArray<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).ToArray();
}
