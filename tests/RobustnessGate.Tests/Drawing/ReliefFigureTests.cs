using RobustnessGate.Drawing;

namespace RobustnessGate.Tests.Drawing;

public class ReliefFigureTests
{
    [Fact]
    public void Four_large_surfaces_are_clean_small_and_the_same_every_time()
    {
        Surface[] surfaces =
        [
            Pictures.Plateau(SurfaceQuantity.Loss, 2), Pictures.Plateau(SurfaceQuantity.Decision, 2),
            Pictures.Plateau(SurfaceQuantity.Loss, 0.8), Pictures.Plateau(SurfaceQuantity.Decision, 0.8),
        ];

        var svg = ReliefFigure.Draw("Sample 12", "margin 3.1 → −0.4", surfaces, 2);

        SvgText.AssertClean(svg);
        Assert.Equal(svg, ReliefFigure.Draw("Sample 12", "margin 3.1 → −0.4", surfaces, 2));
    }

    [Fact]
    public void Every_cell_is_a_facet_and_unknown_ones_lie_on_the_floor()
    {
        var surface = Pictures.Of((x, y) => x > 0.35 ? double.NaN : x + y, nodes: 9);

        var svg = ReliefFigure.Draw("t", "", [surface], 1);

        Assert.Equal(64, Facets(svg, "facet").Concat(Facets(svg, "unknown")).Sum(facet => facet.Count(letter => letter == 'z')));
        Assert.Equal(8, Facets(svg, "unknown").Sum(facet => facet.Count(letter => letter == 'z')));
        Assert.Contains(SvgText.AssertClean(svg), text => text.Text == "not a finite number");
    }

    [Fact]
    public void Nearer_facets_are_drawn_later()
    {
        // A wall at low y hides what is behind it, so its facets come after all of those at high y in the same column.
        var svg = ReliefFigure.Draw("t", "", [Pictures.Of((_, y) => y < -0.3 ? 1 : -1, nodes: 9)], 1);

        var front = svg.LastIndexOf("class=\"facet p", StringComparison.Ordinal);
        var back = svg.LastIndexOf("class=\"facet n", StringComparison.Ordinal);
        Assert.True(front > back && back > 0);
    }

    [Fact]
    public void Surfaces_of_any_size_and_text_are_clean()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 40; trial++)
        {
            var scale = Math.Pow(10, random.Next(-7, 8));
            Axis x = new(new string('W', random.Next(80)), -scale, scale * random.NextDouble(), random.Next(2, 9));
            Axis y = new(new string('y', random.Next(80)), -random.NextDouble() / 3, random.NextDouble() * scale, random.Next(2, 9));
            var values = Pictures.Grid(x, y, (_, _) => random.Next(9) == 0 ? double.NaN : scale * (random.NextDouble() - 0.5));
            Surface surface = new(new string('M', random.Next(60)), x, y, values, (SurfaceQuantity)random.Next(2)) { Origin = new(random.NextDouble(), 0) };

            SvgText.AssertClean(ReliefFigure.Draw("t", "", [.. Enumerable.Repeat(surface, random.Next(1, 4))], random.Next(1, 3)));
        }
    }

    private static IEnumerable<string> Facets(string svg, string kind) => SvgText.Parse(svg).Descendants()
        .Where(element => element.Name.LocalName == "path" && (element.Attribute("class")?.Value.StartsWith(kind, StringComparison.Ordinal) ?? false))
        .Select(element => element.Attribute("d")!.Value);
}
