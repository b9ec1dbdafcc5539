using System.Xml.Linq;
using RobustnessGate.Drawing;
using static VerifyXunit.Verifier;

namespace RobustnessGate.Tests.Drawing;

public class ContourFigureTests
{
    private static readonly Surface[] Pair =
    [
        Pictures.Plateau(SurfaceQuantity.Loss, 2), Pictures.Plateau(SurfaceQuantity.Decision, 2),
        Pictures.Plateau(SurfaceQuantity.Loss, 0.8), Pictures.Plateau(SurfaceQuantity.Decision, 0.8),
    ];

    private const string Letters = "aW εβ₁‖→<&\"漢.0-";

    [Fact]
    public void Baseline_beside_candidate_is_clean_and_the_same_every_time()
    {
        var svg = ContourFigure.Draw("Sample 12", "margin 3.1 → −0.4", Pair, 2);

        var texts = SvgText.AssertClean(svg);
        Assert.Equal(svg, ContourFigure.Draw("Sample 12", "margin 3.1 → −0.4", Pair, 2));
        Assert.Equal(4, texts.Count(text => text.Text == "0.082"));
        Assert.Single(texts, text => text.Text == "cross-entropy loss (nats)");
        Assert.Single(texts, text => text.Text == "decision function L (logits)");
        Assert.Equal("Sample 12", SvgText.Parse(svg).Elements().First().Value);
    }

    [Fact]
    public void Many_figures_with_texts_of_any_length_are_clean()
    {
        var random = new Random(20261123);
        for (var trial = 0; trial < 30; trial++)
        {
            string Text(int most) => string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => Letters[random.Next(Letters.Length)]));
            var scale = Math.Pow(10, random.Next(-9, 10));
            var surfaces = Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
            {
                Axis x = new(Text(90), scale * (random.NextDouble() - 1.1), scale * random.NextDouble(), random.Next(2, 12));
                Axis y = new(Text(90), -random.NextDouble(), scale + random.NextDouble(), random.Next(2, 12));
                Point At() => new(x.At(random.NextDouble() * x.Nodes * 1.1), y.At(random.NextDouble() * y.Nodes * 1.1));
                var noise = Math.Pow(10, random.Next(-5, 8));
                return new Surface(Text(120), x, y, Pictures.Grid(x, y, (_, _) => noise * (random.NextDouble() - 0.5)), (SurfaceQuantity)random.Next(2))
                {
                    Origin = At(),
                    Box = [At(), At(), At(), At()],
                    BoxLabel = Text(150),
                    Path = [At(), At(), At()],
                    PathLabel = Text(60),
                    Crossings = [new(At(), Text(12)), new(At(), Text(6)), new(At(), Text(40)), new(At(), "0.1")],
                };
            }).ToArray();

            SvgText.AssertClean(ContourFigure.Draw(Text(300), Text(900), surfaces, random.Next(1, 4)));
        }
    }

    [Fact]
    public void Large_surfaces_of_pure_noise_stay_within_the_limit()
    {
        var random = new Random(3);
        var noise = Pictures.Of((_, _) => random.NextDouble() - 0.5, nodes: 101);

        SvgText.AssertClean(ContourFigure.Draw("noise", "", [noise, noise], 2));
    }

    [Fact]
    public void Values_that_are_not_finite_are_covered_and_explained()
    {
        var surface = Pictures.Of((x, y) => x > 0.21 ? double.NaN : y < -0.3 ? double.PositiveInfinity : x) with
        {
            Box = [new(double.NaN, 0), new(1, 1), new(0, 1)],
            Path = [new(0, 0), new(double.PositiveInfinity, 0), new(0.1, 0.1)],
            Crossings = [new(new(double.NaN, 0), "nowhere")],
        };

        var svg = ContourFigure.Draw("t", "", [surface], 1);

        var texts = SvgText.AssertClean(svg);
        Assert.Contains(texts, text => text.Text == "not a finite number");
        Assert.DoesNotContain(texts, text => text.Text == "nowhere");
        Assert.Equal(2, Classes(svg).Count(name => name == "unknown"));
    }

    [Fact]
    public void Nothing_but_unknown_values_is_still_a_picture() =>
        SvgText.AssertClean(ContourFigure.Draw("t", "", [Pictures.Of((_, _) => double.NaN), Pictures.Of((_, _) => 1e308), Pictures.Of((_, _) => 0)], 3));

    [Fact]
    public void Equal_colours_are_equal_values_in_all_panels()
    {
        var scale = Assert.Single(ContourFigure.Scales([Pictures.Of((x, _) => x * 100), Pictures.Of((x, _) => x * 10)]));

        Assert.Contains(0, scale.Levels);
        Assert.Equal((-40, 40), (scale.Levels[0], scale.Levels[^1]));
        Assert.StartsWith("n", scale.At(-1e-3), StringComparison.Ordinal);
        Assert.StartsWith("p", scale.At(1e-3), StringComparison.Ordinal);
        Assert.NotEqual(scale.At(5), scale.At(35));
    }

    [Fact]
    public void A_loss_with_verdicts_shows_the_boundary_and_one_without_doesnt()
    {
        var loss = Pictures.Of((_, y) => y + 1, quantity: SurfaceQuantity.Loss);

        Assert.DoesNotContain("edge", Classes(ContourFigure.Draw("t", "", [loss], 1)));
        Assert.Contains("edge", Classes(ContourFigure.Draw("t", "", [loss with { Decision = [.. loss.Values.Select(value => 1 - value)] }], 1)));
    }

    [Fact]
    public void The_legend_names_what_is_drawn()
    {
        var surface = Pictures.Of((_, y) => y);

        string[] Legend(Surface drawn) => [.. SvgText.AssertClean(ContourFigure.Draw("t", "", [drawn], 1)).Select(text => text.Text)];

        Assert.Equal(["sample", "boundary L = 0", "L ≤ 0: wrong"], Legend(surface)[^3..]);
        var means = Legend(surface with { OriginLabel = "weights", DecisionLabel = "mean L" });
        Assert.Equal(["weights", "boundary mean L = 0", "mean L ≤ 0"], means[^3..]);
    }

    [Fact]
    public void Surfaces_that_do_not_fit_their_axes_are_refused()
    {
        var surface = Pictures.Of((x, _) => x);

        Assert.Throws<ArgumentException>(() => ContourFigure.Draw("t", "", [], 1));
        Assert.Throws<ArgumentException>(() => ContourFigure.Draw("t", "", [surface with { Values = [1, 2] }], 1));
        Assert.Throws<ArgumentException>(() => ContourFigure.Draw("t", "", [surface with { Decision = [1, 2] }], 1));
        Assert.Throws<ArgumentException>(() => ContourFigure.Draw("t", "", [surface with { X = surface.X with { High = double.NaN } }], 1));
        Assert.Throws<ArgumentException>(() => ContourFigure.Draw("t", "", [surface with { Origin = new(double.NaN, 0) }], 1));
    }

    [Fact]
    public Task A_small_surface_as_text()
    {
        var surface = Pictures.Plateau(SurfaceQuantity.Decision, 1.5, nodes: 9);
        return Verify(ContourFigure.Draw("Sample 12, label 7", "margin 3.1", [surface], 1), "svg");
    }

    private static string[] Classes(string svg) =>
        [.. SvgText.Parse(svg).Descendants().Attributes("class").SelectMany((XAttribute name) => name.Value.Split(' '))];
}
