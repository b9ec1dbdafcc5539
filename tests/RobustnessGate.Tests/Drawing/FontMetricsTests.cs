using RobustnessGate.Drawing;

namespace RobustnessGate.Tests.Drawing;

public class FontMetricsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("0.25", 2.229)]
    [InlineData("WWW", 2.967)]
    public void Widths_are_the_faces_own(string text, double ems) => Assert.Equal(ems * 20, FontMetrics.Width(text, 20), 0.02);

    [Fact]
    public void Lines_are_no_wider_than_asked_and_say_when_they_leave_something_out()
    {
        Assert.Equal<string>(["one two", "three"], FontMetrics.Wrap(" one  two three", FontMetrics.Width("one two", 12) + 1, 12, 2));
        Assert.Equal<string>(["one"], FontMetrics.Wrap("one", 100, 12, 2));
        Assert.Empty(FontMetrics.Wrap("  ", 100, 12, 2));
        var cut = FontMetrics.Wrap("Donaudampfschifffahrtsgesellschaft in vielen Worten", 90, 12, 2);
        Assert.EndsWith("…", cut[0], StringComparison.Ordinal);
        Assert.All(cut, line => Assert.InRange(FontMetrics.Width(line, 12), 1, 90));
    }

    [Theory]
    [InlineData(0.3, 0.1, "0.3")]
    [InlineData(-0.25, 0.05, "−0.25")]
    [InlineData(1e-17, 0.1, "0")]
    [InlineData(1500, 500, "1500")]
    [InlineData(2e-7, 1e-7, "2e−7")]
    [InlineData(300000, 100000, "3e5")]
    [InlineData(-0.04, 1, "0")]
    [InlineData(-0.0004, 0.01, "0.00")]
    [InlineData(-0.0, 1, "0")]
    public void Ticks_have_the_decimals_of_their_step(double value, double step, string text) => Assert.Equal(text, Digits.Tick(value, step));

    [Theory]
    [InlineData(0.08249, "0.0825")]
    [InlineData(-3.14159, "−3.14")]
    [InlineData(0, "0")]
    [InlineData(-0.0, "0")]
    [InlineData(12345, "12300")]
    [InlineData(1.5e-9, "1.5e−9")]
    [InlineData(double.NaN, "not a number")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Short_numbers_have_three_digits(double value, string text) => Assert.Equal(text, Digits.Short(value));

    [Fact]
    public void Ticks_are_round_and_include_the_ends()
    {
        Assert.Equal(0.2, Ticks.Step(0.8, 5), 1e-12);
        Assert.Equal([-0.4, -0.2, 0, 0.2, 0.4], Ticks.Between(-0.4, 0.4, 0.2).Select(tick => Math.Round(tick, 9)));
        Assert.Equal(50, Ticks.Step(201, 5));
    }

    [Fact]
    public void Paths_are_relative_without_drift()
    {
        var path = new PathText().Polygon([new(1, 1), new(1.04, 1), new(1.5, 0.25), new(-0.05, 2)]);

        Assert.Equal("M1 1l.5-.7-1.6 1.7z", path.ToString());
        Assert.Equal("", new PathText().Polyline([]).ToString());
        Assert.Equal("M2 3l0 0", new PathText().Polyline([new(2, 3), new(2, 3)]).ToString());
    }

    [Fact]
    public void Simplified_lines_stay_within_the_distance()
    {
        Spot[] line = [.. Enumerable.Range(0, 200).Select(i => new Spot(i, 10 * Math.Sin(i / 20.0)))];

        var simple = Simplify.Line(line, 0.2);

        Assert.InRange(simple.Count, 10, 60);
        Assert.Equal((line[0], line[^1]), (simple[0], simple[^1]));
        Assert.Equal(2, Simplify.Line([.. Enumerable.Range(0, 50).Select(i => new Spot(i, 2 * i))], 0.01).Count);
        Assert.Null(Simplify.Ring([new(0, 0), new(0.1, 0), new(0, 0.1)], 0.2));
    }
}
