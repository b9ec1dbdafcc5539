using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RobustnessGate.Drawing;

namespace RobustnessGate.Tests.Drawing;

public partial class ChartTests
{
    private static readonly AccuracyCurve Candidate = new(
        "candidate", [new(0, 0.99, 0.98, 0.995), new(0.1, 0.77, 0.74, 0.8), new(0.3, 0.2, 0.17, 0.23)],
        [new("pgd", 0.1, 0.8), new("autoattack", 0.1, 0.77), new("pgd", 0.3, 0.25)], [new(0.05, 0.9, 0, 0), new(0.2, 0.5, 0, 0)]);

    [Fact]
    public void A_histogram_has_a_bar_for_every_bin_in_use_with_the_height_of_its_share()
    {
        HistogramPanel panel = new("(a)", "|J|", -3, 0.5, [new("natural", 25, [0, 50, 0, 25, 0]), new("robust", 10, [0, 0, 10, 0, 0])]);

        var svg = HistogramFigure.Draw("t", "c", [panel], 1);

        var texts = SvgText.AssertClean(svg);
        Assert.Contains(texts, text => text.Text == "natural");
        Assert.Contains(texts, text => text.Text == "1e−2");
        var bars = Paths(svg, "one bar").Concat(Paths(svg, "two hollow")).ToArray();
        Assert.Equal([3, 2], bars.Select(path => path.Count(letter => letter == 'z')));
        // Zeros are a quarter and the fullest bin a half of the first network's values, so one bar is twice the other's height.
        double[] heights = [.. BarSides().Matches(bars[0]).Select(side => double.Parse(side.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(heights[1], 2 * heights[0], 0.2);
    }

    [Fact]
    public void Accuracy_is_drawn_with_bands_marks_and_the_prediction_dashed()
    {
        var svg = AccuracyFigure.Draw(
            "Robust accuracy", "500 samples", [new("linf", "ε (raw input units)", [Candidate, Candidate with { Name = "baseline", Predicted = [] }])], 1);

        var texts = SvgText.AssertClean(svg);
        Assert.Equal(["pgd", "autoattack"], texts.Select(text => text.Text).Where(text => text is "pgd" or "autoattack"));
        // One in the plot, one in the legend.
        Assert.Equal(2, Paths(svg, "oneline dash").Length);
        Assert.Single(Paths(svg, "one veil"));
        Assert.Contains("candidate, ε = 0.1: 77% (74 … 80)", svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, 1, 0.002)]
    [InlineData(18, 3, 0.02)]
    public void Many_attacks_with_like_outcomes_keep_their_signs_apart(int count, int radii, double apart)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(i => $"attack-{i}")];
        AttackMark[] marks = [.. Enumerable.Range(1, radii).SelectMany(radius => names.Select((name, i) => new AttackMark(name, radius * 0.1, 0.5 - (apart * i))))];

        var svg = AccuracyFigure.Draw("t", "", [new("linf", "ε", [Candidate with { Attacks = [.. marks], Predicted = [] }])], 1);

        var texts = SvgText.AssertClean(svg).Select(text => text.Text).ToArray();
        // The signs of the legend have no tooltip.
        var signs = SvgText.Parse(svg).Descendants().Where(element => element.Name.LocalName == "path" && element.Attribute("class")?.Value == "one").ToArray();
        var inPlot = signs.Where(sign => sign.HasElements).Select(sign => Bounds(sign.Attribute("d")!.Value)).ToArray();
        Assert.Equal(count * radii, inPlot.Length);
        Assert.Equal(Math.Min(count, 12) + (count > 12 ? 1 : 0), signs.Where(sign => !sign.HasElements).Select(sign => Shape(sign.Attribute("d")!.Value)).Distinct().Count());
        Assert.All(Enumerable.Range(0, inPlot.Length), i => Assert.All(Enumerable.Range(0, i), j => Assert.False(
            inPlot[i].Left < inPlot[j].Right && inPlot[j].Left < inPlot[i].Right && inPlot[i].Top < inPlot[j].Bottom && inPlot[j].Top < inPlot[i].Bottom,
            $"signs {i} and {j} overlap")));
        Assert.Equal(count > 12, texts.Any(text => text.StartsWith("6 others: attack-0, attack-1", StringComparison.Ordinal)));
        Assert.Contains($"attack-{count - 1}", texts);
    }

    /// <summary>Fourteen attacks that leave nothing robust: none of them broke fewer.</summary>
    [Theory]
    [InlineData(14, "2 others: attack-12, attack-13")]
    [InlineData(13, "1 other: attack-12")]
    public void Attacks_without_a_sign_of_their_own_are_not_ranked(int count, string others)
    {
        AttackMark[] marks = [.. Enumerable.Range(0, count).Select(i => new AttackMark($"attack-{i}", 0.1, 0))];

        var svg = AccuracyFigure.Draw("t", "", [new("linf", "ε", [Candidate with { Attacks = [.. marks], Predicted = [] }])], 1);

        Assert.Contains(others, SvgText.AssertClean(svg).Select(text => text.Text));
    }

    [Fact]
    public void Thousands_of_outcomes_stay_within_the_limit()
    {
        AccuracyPoint[] worst = [.. Enumerable.Range(0, 3000).Select(i => new AccuracyPoint(i / 3000.0, 1 - (i / 3000.0), 0.9 - (0.9 * i / 3000), 1 - (i / 3000.0)))];
        AttackMark[] marks = [.. Enumerable.Range(0, 8000).Select(i => new AttackMark($"attack-{i % 20}", i / 8000.0, (i % 97) / 97.0))];
        AccuracyCurve curve = new("now", [.. worst], [.. marks], [.. worst]);

        SvgText.AssertClean(AccuracyFigure.Draw("t", "", [.. Enumerable.Repeat(new AccuracyPanel("linf", "ε", [curve, curve with { Name = "baseline" }]), 4)], 2));
    }

    [Fact]
    public void Long_and_strange_names_stay_within_their_lines()
    {
        var name = string.Concat(Enumerable.Repeat("<&\">Wm ", 9))[..60];

        var svg = AccuracyFigure.Draw(name, name, [new(name, name, [Candidate with { Name = name, Attacks = [new(name, 0.1, 0.8)], PredictedName = name }])], 1);

        Assert.Contains(SvgText.AssertClean(svg), text => text.Text.StartsWith("<&\">Wm <&\">Wm", StringComparison.Ordinal));
        var image = new Pixels(8, 8, 1, [.. new byte[64]]);
        var rows = SvgText.Parse(PixelFigure.Draw("t", "", [name], [new([name, name, name.Replace(" ", "", StringComparison.Ordinal)], [image])]));
        var left = rows.Descendants().Where(element => element.Name.LocalName == "image").Min(element => Number(element, "x"));
        Assert.All(SvgText.In(rows).Where(text => text.Left < left), text => Assert.InRange(text.Right, 0, left));
        SvgText.AssertClean(rows.ToString());
    }

    [Fact]
    public void A_point_stands_where_its_numbers_say()
    {
        var svg = AccuracyFigure.Draw("t", "", [new("linf", "ε", [Candidate with { Attacks = [], Predicted = [] }])], 1);

        (double X, double Y)[] points = [.. SvgText.Parse(svg).Descendants().Where(element => element.Name.LocalName == "circle" && element.Attribute("class")?.Value == "one").Take(3)
            .Select(circle => (Number(circle, "cx"), Number(circle, "cy")))];
        Assert.Equal((points[1].X - points[0].X) * 3, points[2].X - points[0].X, 0.3);
        Assert.Equal((points[2].Y - points[0].Y) / 0.79, (points[1].Y - points[0].Y) / 0.22, 1.0);
    }

    [Fact]
    public void Charts_of_any_numbers_and_names_are_clean()
    {
        var random = new Random(11);
        double[] odd = [0, 1, double.NaN, double.PositiveInfinity, 1e-9, 0.5];
        string Name() => string.Concat(Enumerable.Repeat("W𝜀 <", random.Next(20)));
        double Any() => random.Next(3) == 0 ? odd[random.Next(odd.Length)] : random.NextDouble();
        for (var trial = 0; trial < 25; trial++)
        {
            ImmutableArray<AccuracyPoint> Points() => [.. Enumerable.Range(0, random.Next(5)).Select(_ => new AccuracyPoint(Any(), Any(), Any(), Any()))];
            AccuracyCurve Curve() => new(Name(), Points(), [.. Enumerable.Range(0, random.Next(14)).Select(i => new AttackMark(Name() + i, Any(), Any()))], Points());
            HistogramSeries Series(int bins) => new(Name(), random.Next(3), [.. Enumerable.Range(0, bins).Select(_ => random.Next(4))]);

            SvgText.AssertClean(AccuracyFigure.Draw(Name(), Name(), [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new AccuracyPanel(Name(), Name(), i % 2 == 0 ? [Curve()] : [Curve(), Curve()]))], random.Next(1, 3)));
            var count = random.Next(1, 50);
            SvgText.AssertClean(HistogramFigure.Draw(Name(), Name(), [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new HistogramPanel(Name(), Name(), -16, 0.5, i % 2 == 0 ? [Series(count)] : [Series(count), Series(count)]))], random.Next(1, 3)));
        }
    }

    [Fact]
    public void Charts_without_anything_to_draw_are_refused()
    {
        Assert.Throws<ArgumentException>(() => AccuracyFigure.Draw("t", "", [], 1));
        Assert.Throws<ArgumentException>(() => AccuracyFigure.Draw("t", "", [new("a", "b", [])], 1));
        Assert.Throws<ArgumentException>(() => HistogramFigure.Draw("t", "", [new("a", "b", 0, 1, [new("x", 0, [1]), new("y", 0, [1, 2])])], 1));
    }

    /// <summary>A bar's first side goes straight upwards.</summary>
    [GeneratedRegex("l0-([0-9.]+)")]
    private static partial Regex BarSides();

    /// <summary>A path of relative steps without where it begins.</summary>
    private static string Shape(string path) => path[path.IndexOf('l', StringComparison.Ordinal)..];

    private static (double Left, double Top, double Right, double Bottom) Bounds(string path)
    {
        double[] numbers = [.. Numbers().Matches(path).Select(number => double.Parse(number.Value, CultureInfo.InvariantCulture))];
        double x = 0, y = 0;
        (double X, double Y)[] corners = [.. numbers.Chunk(2).Select(step => (x += step[0], y += step[1]))];
        return (corners.Min(corner => corner.X), corners.Min(corner => corner.Y), corners.Max(corner => corner.X), corners.Max(corner => corner.Y));
    }

    [GeneratedRegex(@"-?(\d+(\.\d+)?|\.\d+)")]
    private static partial Regex Numbers();

    private static string[] Paths(string svg, string style) => [.. SvgText.Parse(svg).Descendants()
        .Where(element => element.Name.LocalName == "path" && element.Attribute("class")?.Value == style).Select(element => element.Attribute("d")!.Value)];

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
