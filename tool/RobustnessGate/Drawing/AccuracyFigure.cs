using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>A share of samples that are right at a radius, with its interval.</summary>
public readonly record struct AccuracyPoint(double Epsilon, double Share, double Low, double High);

/// <summary>What one attack left right at a radius.</summary>
public readonly record struct AttackMark(string Attack, double Epsilon, double Share);

/// <summary>Robust accuracy of one network against ε.</summary>
/// <param name="Worst">Right under every attack, by ascending ε; the first may be the natural accuracy at ε = 0.</param>
/// <param name="Attacks">Each attack for itself.</param>
/// <param name="Predicted">What an indicator predicts, by ascending ε; empty: nothing. Intervals are not drawn.</param>
public sealed record AccuracyCurve(
    string Name, ImmutableArray<AccuracyPoint> Worst, ImmutableArray<AttackMark> Attacks, ImmutableArray<AccuracyPoint> Predicted);

/// <summary>One norm.</summary>
/// <param name="Curves">The candidate, and the baseline where there is one: the first with filled signs, the second with hollow ones.</param>
public sealed record AccuracyPanel(string Title, string Label, ImmutableArray<AccuracyCurve> Curves);

/// <summary>Robust accuracy against ε with 95 % bands, a mark for every attack and the predicted course dashed.</summary>
public static class AccuracyFigure
{
    private const double Width = 330, Height = 230;

    private static readonly string[] Fill = ["one", "two hollow"];
    private static readonly string[] Line = ["oneline", "twoline"];
    private static readonly string[] Band = ["one veil", "two veil"];

    /// <summary>The picture as SVG.</summary>
    /// <param name="caption">What it shows, in a sentence or two; also its description.</param>
    /// <param name="columns">How many panels stand side by side.</param>
    /// <exception cref="ArgumentException">There is no panel, or one has no or more than two curves.</exception>
    public static string Draw(string title, string caption, IReadOnlyList<AccuracyPanel> panels, int columns)
    {
        if (panels.Count == 0 || columns < 1 || panels.Any(panel => panel.Curves.Length is < 1 or > 2))
        {
            throw new ArgumentException("A picture needs a panel and a column, a panel one or two curves.", nameof(panels));
        }

        string[] attacks = [.. panels.SelectMany(panel => panel.Curves).SelectMany(curve => curve.Attacks).Select(mark => mark.Attack).Distinct()];
        return new ChartGrid(Width, Height, ChartGrid.Percentages).Draw(
            title, caption, [.. panels.Select(panel => (panel.Title, Chart(panel, attacks)))], columns, Names(panels, attacks));
    }

    private static Action<Canvas, Spot> Chart(AccuracyPanel panel, string[] attacks) =>
        (canvas, corner) => Panel(canvas, panel, attacks, corner.X, corner.Y);

    private static void Panel(Canvas canvas, AccuracyPanel panel, string[] attacks, double left, double top)
    {
        double[] radii =
        [
            .. panel.Curves.SelectMany(curve => curve.Worst.Concat(curve.Predicted).Select(point => point.Epsilon)
                .Concat(curve.Attacks.Select(mark => mark.Epsilon))).Where(double.IsFinite),
        ];
        var last = radii.DefaultIfEmpty().Max() is > 0 and var largest ? largest : 1;
        var plot = new Plot(left, top, Width, Height, 0, last * 1.04, 0, 1.02);
        foreach (var share in (ReadOnlySpan<double>)[0.2, 0.4, 0.6, 0.8, 1])
        {
            canvas.Line(plot.At(0, share), plot.At(plot.HighX, share), "grid");
        }

        // The baseline lies under the candidate.
        for (var i = panel.Curves.Length - 1; i >= 0; i--)
        {
            Curve(canvas, plot, panel.Curves[i], i, attacks);
        }

        canvas.Path(new PathText().Polyline([plot.At(0, plot.HighY), plot.At(0, 0), plot.At(plot.HighX, 0)]).ToString(), "frame");
        AxisText.Of(panel.Label, 0, last, Width / 1.04, upright: false).Below(canvas, plot);
        new AxisText([0, 0.2, 0.4, 0.6, 0.8, 1], ["0%", "20%", "40%", "60%", "80%", "100%"], "right samples").Beside(canvas, plot);
    }

    private static void Curve(Canvas canvas, Plot plot, AccuracyCurve curve, int index, string[] attacks)
    {
        AccuracyPoint[] worst = [.. curve.Worst.Where(Known)];
        Spot[] band = [.. worst.Select(point => plot.At(point.Epsilon, point.Low)), .. worst.Reverse().Select(point => plot.At(point.Epsilon, point.High))];
        canvas.Path(new PathText().Polygon(band).ToString(), Band[index]);
        canvas.Path(new PathText().Polyline([.. curve.Predicted.Where(Known).Select(point => plot.At(point.Epsilon, point.Share))]).ToString(), Line[index] + " dash");
        canvas.Path(new PathText().Polyline([.. worst.Select(point => plot.At(point.Epsilon, point.Share))]).ToString(), Line[index]);
        foreach (var mark in curve.Attacks.Where(mark => double.IsFinite(mark.Epsilon) && double.IsFinite(mark.Share)))
        {
            canvas.Path(Marks.Shape(Array.IndexOf(attacks, mark.Attack), plot.At(mark.Epsilon, mark.Share)), Fill[index]);
        }

        foreach (var point in worst)
        {
            canvas.Circle(plot.At(point.Epsilon, point.Share), 2.2, Fill[index], $"{curve.Name}, ε = {Digits.Short(point.Epsilon)}: {Digits.Short(point.Share * 100)}% ({Digits.Short(point.Low * 100)} … {Digits.Short(point.High * 100)})");
        }
    }

    private static bool Known(AccuracyPoint point) =>
        double.IsFinite(point.Epsilon) && double.IsFinite(point.Share) && double.IsFinite(point.Low) && double.IsFinite(point.High);

    private static ImmutableArray<LegendEntry> Names(IReadOnlyList<AccuracyPanel> panels, string[] attacks)
    {
        var entries = ImmutableArray.CreateBuilder<LegendEntry>();
        foreach (var (name, index) in panels.SelectMany(panel => panel.Curves.Select((curve, i) => (curve.Name, Index: i))).Distinct())
        {
            entries.Add(new($"{name}: under every attack, 95 % band", (canvas, at) =>
            {
                canvas.Rectangle(at.X, at.Y, 26, 12, Band[index]);
                canvas.Line(at with { Y = at.Y + 6 }, new(at.X + 26, at.Y + 6), Line[index]);
                canvas.Circle(new(at.X + 13, at.Y + 6), 2.2, Fill[index]);
            }));
        }

        if (panels.Any(panel => panel.Curves.Any(curve => !curve.Predicted.IsEmpty)))
        {
            entries.Add(new("predicted without attacks", (canvas, at) => canvas.Line(at with { Y = at.Y + 6 }, new(at.X + 26, at.Y + 6), "oneline dash")));
        }

        for (var i = 0; i < attacks.Length; i++)
        {
            var shape = i;
            entries.Add(new(attacks[i], (canvas, at) => canvas.Path(Marks.Shape(shape, new(at.X + 13, at.Y + 6)), "one")));
        }

        return entries.ToImmutable();
    }
}
