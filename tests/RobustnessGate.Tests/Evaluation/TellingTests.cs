using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Drawing;
using StbImageSharp;

namespace RobustnessGate.Tests.Evaluation;

public class TellingTests
{
    private const double Radius = 0.08;

    private static readonly Bed Images = Networks.Labelled(Networks.Convolutional("telling"), "telling", 48, 1, 8, 8);

    private static readonly AttackEntry[] Attacks = [Bed.Entry(new Fgsm(), Radius), Bed.Entry(new DeepFool(), Radius)];

    [Fact]
    public void The_broken_samples_with_the_largest_former_margins_are_handed_out_with_their_points()
    {
        var facts = Run(Images, new(Standing: null));

        Assert.Equal(3, facts.Telling.Length);
        Assert.Equal(facts.Telling.Select(fact => fact.MarginBefore).OrderDescending(), facts.Telling.Select(fact => fact.MarginBefore));
        var broken = Broken(facts);
        var margins = Run(Images with { Indicator = 48, Jitter = 0 }, null).Indicator!.PerSample["margin"];
        Assert.Equal(broken.OrderByDescending(i => margins[i]).Take(3), facts.Telling.Select(fact => fact.Sample));
        Assert.All(facts.Telling, fact =>
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
        var all = Run(Images, new(Standing: null));
        var chosen = Broken(all).Except(all.Telling.Select(fact => fact.Sample)).Take(2).ToArray();
        Assert.Equal(2, chosen.Length);

        var facts = Run(Images, new([.. chosen.SelectMany(i => all.Data!.SampleIds.AsSpan().Slice(8 * i, 8).ToArray())]));

        Assert.Equal(chosen, facts.Telling.Select(fact => fact.Sample).Order());
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
        var (asked, unasked) = (Run(bed, new(Standing: null)), Run(bed, null));

        Assert.Empty(unasked.Telling);
        Assert.NotEmpty(asked.Telling);
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
        var facts = Run(Networks.Labelled(Networks.Linear(Networks.Uniform("flat", 640, -1), new float[10]), "rows", 48, 64), new(Standing: null));

        Assert.NotEmpty(Broken(facts));
        Assert.Empty(facts.Telling);
    }

    [Fact]
    public void They_travel_as_facts_and_become_a_picture_that_can_be_read_back()
    {
        var facts = Run(Images, new(Standing: null));

        var read = FactLog.Read(string.Concat(facts.Telling.Select(FactLog.Line)));
        var picture = TellingPicture.Of(read.Telling, compared: true)!;

        var texts = SvgText.AssertClean(picture.Svg);
        Assert.Contains(texts, text => text.Text == $"sample {facts.Telling[0].Sample}, class {facts.Telling[0].Label}");
        Assert.Contains($"→ {facts.Telling[0].PredictionAfter}, L ", picture.Description, StringComparison.Ordinal);
        byte[][] images =
        [
            .. SvgText.Parse(picture.Svg).Descendants().Where(element => element.Name.LocalName == "image")
                .Select(element => ImageResult.FromMemory(Convert.FromBase64String(element.Attribute("href")!.Value["data:image/png;base64,".Length..]), ColorComponents.Default).Data),
        ];
        Assert.Equal(9, images.Length);
        // Each of the 8 × 8 pixels is a square of 29 × 29.
        Assert.Equal(Floats(facts.Telling[0].Clean).Select(value => (byte)Math.Round(value * 255)), Enumerable.Range(0, 64).Select(i => images[0][(i / 8 * 29 * 232) + (i % 8 * 29)]));
        Assert.All(images[1].Zip(images[0], images[2]), pixel => Assert.True(
            Math.Abs(pixel.Third - pixel.Second) <= 1 || Math.Sign(pixel.First - 127.5) == Math.Sign(pixel.Third - pixel.Second)));
        Assert.Null(TellingPicture.Of([], compared: true));
    }

    /// <summary>Its middle is the sample, and it travels with it.</summary>
    [Fact]
    public void The_most_telling_has_a_surface()
    {
        var telling = FactLog.Read(string.Concat(Run(Images, new(Standing: null)).Telling.Select(FactLog.Line))).Telling;

        var grid = telling[0].Surface!;
        Assert.Equal((31, 31), (grid.Columns, grid.Rows));
        Assert.Equal(telling[0].MarginBefore, grid.Margins[grid.At(15, 15)], 1e-4);
        Assert.Equal((telling[0].Sample, telling[0].Label), (grid.Origin.Sample, grid.Origin.Label));
        Assert.Equal(Radius, grid.Box!.Epsilon);
        Assert.All(telling.Skip(1), fact => Assert.Null(fact.Surface));
        var picture = TellingSurface.Picture(telling)!;
        Assert.Equal("surface.svg", picture.File);
        Assert.NotEmpty(SvgText.AssertClean(picture.Svg));
        Assert.Null(TellingSurface.Picture([]));
    }

    private static Results.Evaluation Run(Bed bed, TellingRequest? telling) => (bed with { Options = new(Telling: telling) { Surface = TellingSurface.Of } }).Run(Attacks);

    private static int[] Broken(Results.Evaluation facts) =>
        [.. Enumerable.Range(0, 48).Where(i => facts.Natural!.Bits[i] && facts.Attacks.Any(attack => !attack.Bits[i]))];

    private static float[] Floats(ImmutableArray<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).ToArray();
}
