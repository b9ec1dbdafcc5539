using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>A share of samples that are right at a radius, with its interval.</summary>
internal readonly record struct AccuracyPoint(double Epsilon, double Share, double Low, double High);

/// <summary>What one attack left right at a radius.</summary>
internal readonly record struct AttackMark(string Attack, double Epsilon, double Share);

/// <summary>Robust accuracy of one network against ε.</summary>
/// <param name="Worst">Right under every attack, by ascending ε; the first may be the natural accuracy at ε = 0.</param>
/// <param name="Attacks">Each attack for itself.</param>
/// <param name="Predicted">What an indicator predicts, by ascending ε; empty: nothing. Intervals are not drawn.</param>
internal sealed record AccuracyCurve(
    string Name, ImmutableArray<AccuracyPoint> Worst, ImmutableArray<AttackMark> Attacks, ImmutableArray<AccuracyPoint> Predicted)
{
    /// <summary>What the prediction is, and of which samples.</summary>
    public string PredictedName { get; init; } = "predicted without attacks";
}

/// <summary>One norm.</summary>
/// <param name="Curves">The candidate, and the baseline where there is one: the first with filled signs, the second with hollow ones.</param>
internal sealed record AccuracyPanel(string Title, string Label, ImmutableArray<AccuracyCurve> Curves);

/// <summary>Robust accuracy against ε with 95 % bands, a mark for every attack and the predicted course dashed.</summary>
internal static class AccuracyFigure
{
    private const double Width = 330, Height = 230;

    /// <summary>Width of the plot in greatest radii: room for signs to the right of the last.</summary>
    private const double Beyond = 1.1;

    /// <summary>Radii beyond this number are not told apart by lines upwards.</summary>
    private const int MostLines = 8;

    private static readonly string[] Fill = ["one", "two hollow"];
    private static readonly string[] Line = ["oneline", "twoline"];
    private static readonly string[] Band = ["one veil", "two veil"];

    /// <summary>The picture as SVG of at most 200 KB: of too many points that lie close together some are left out.</summary>
    /// <param name="caption">What it shows, in a sentence or two; also its description.</param>
    /// <param name="columns">How many panels stand side by side.</param>
    /// <exception cref="ArgumentException">There is no panel, or one has no or more than two curves.</exception>
    public static string Draw(string title, string caption, IReadOnlyList<AccuracyPanel> panels, int columns)
    {
        if (panels.Count == 0 || columns < 1 || panels.Any(panel => panel.Curves.Length is < 1 or > 2))
        {
            throw new ArgumentException("A picture needs a panel and a column, a panel one or two curves.", nameof(panels));
        }

        var signs = new AttackSigns(panels.SelectMany(panel => panel.Curves).SelectMany(curve => curve.Attacks));
        return Frame.Fit(tolerance => new ChartGrid(Width, Height, ChartGrid.Percentages).Draw(
            title, caption, [.. panels.Select(panel => (panel.Title, Chart(panel, signs, tolerance)))], columns, Names(panels, signs)));
    }

    private static Action<Canvas, Spot> Chart(AccuracyPanel panel, AttackSigns signs, double tolerance) =>
        (canvas, corner) => Panel(canvas, panel, signs, tolerance, corner.X, corner.Y);

    private static void Panel(Canvas canvas, AccuracyPanel panel, AttackSigns signs, double tolerance, double left, double top)
    {
        double[] radii =
        [
            .. panel.Curves.SelectMany(curve => curve.Worst.Concat(curve.Predicted).Select(point => point.Epsilon)
                .Concat(curve.Attacks.Select(mark => mark.Epsilon))).Where(double.IsFinite),
        ];
        var last = radii.DefaultIfEmpty().Max() is > 0 and var largest ? largest : 1;
        var plot = new Plot(left, top, Width, Height, 0, last * Beyond, 0, 1.02);
        foreach (var share in (ReadOnlySpan<double>)[0.2, 0.4, 0.6, 0.8, 1])
        {
            canvas.Line(plot.At(0, share), plot.At(plot.HighX, share), "grid");
        }

        double[] attacked = [.. panel.Curves.SelectMany(curve => curve.Attacks).Select(mark => mark.Epsilon).Where(epsilon => epsilon > 0 && double.IsFinite(epsilon)).Distinct()];
        foreach (var epsilon in attacked.Length > MostLines ? [] : attacked)
        {
            canvas.Line(plot.At(epsilon, 0), plot.At(epsilon, plot.HighY), "grid");
        }

        // The baseline lies under the candidate, whose signs have the first choice of places.
        for (var i = panel.Curves.Length - 1; i >= 0; i--)
        {
            Lines(canvas, plot, panel.Curves[i], i, tolerance);
        }

        var swarm = new Swarm(plot.Left + Marks.Radius, plot.Right);
        for (var i = 0; i < panel.Curves.Length; i++)
        {
            // Now to the left of a radius, before to the right of it.
            var side = panel.Curves.Length == 1 ? 0 : i == 0 ? -1 : 1;
            Attacks(canvas, plot, panel.Curves[i], (Fill[i], side), signs, swarm, tolerance);
        }

        for (var i = panel.Curves.Length - 1; i >= 0; i--)
        {
            Points(canvas, plot, panel.Curves[i], i, tolerance);
        }

        canvas.Path(new PathText().Polyline([plot.At(0, plot.HighY), plot.At(0, 0), plot.At(plot.HighX, 0)]).ToString(), "frame");
        AxisText.Of(panel.Label, 0, last, Width / Beyond, upright: false).Below(canvas, plot);
        new AxisText([0, 0.2, 0.4, 0.6, 0.8, 1], ["0%", "20%", "40%", "60%", "80%", "100%"], "right samples").Beside(canvas, plot);
    }

    private static void Lines(Canvas canvas, Plot plot, AccuracyCurve curve, int index, double tolerance)
    {
        AccuracyPoint[] worst = [.. curve.Worst.Where(Known)];
        Spot[] low = [.. worst.Select(point => plot.At(point.Epsilon, point.Low))], high = [.. worst.Select(point => plot.At(point.Epsilon, point.High))];
        canvas.Path(new PathText().Polygon([.. Simplify.Line(low, tolerance), .. Simplify.Line(high, tolerance).Reverse()]).ToString(), Band[index]);
        canvas.Path(Course(curve.Predicted.Where(Known)), Line[index] + " dash");
        canvas.Path(Course(worst), Line[index]);

        string Course(IEnumerable<AccuracyPoint> points) =>
            new PathText().Polyline(Simplify.Line([.. points.Select(point => plot.At(point.Epsilon, point.Share))], tolerance)).ToString();
    }

    private static void Attacks(
        Canvas canvas, Plot plot, AccuracyCurve curve, (string Style, int Side) look, AttackSigns signs, Swarm swarm, double tolerance)
    {
        foreach (var group in curve.Attacks.Where(mark => double.IsFinite(mark.Epsilon) && double.IsFinite(mark.Share)).GroupBy(mark => signs.Of(mark.Attack)))
        {
            foreach (var mark in Thinned(group, mark => plot.At(mark.Epsilon, 0).X, tolerance))
            {
                canvas.Path(
                    Marks.Shape(group.Key, swarm.Place(plot.At(mark.Epsilon, mark.Share), look.Side)), look.Style,
                    FontMetrics.Shorten($"{curve.Name}, {mark.Attack}, ε = {Digits.Short(mark.Epsilon)}: {Digits.Short(mark.Share * 100)}%", Width, AxisText.NumberSize));
            }
        }
    }

    private static void Points(Canvas canvas, Plot plot, AccuracyCurve curve, int index, double tolerance)
    {
        foreach (var point in Thinned(curve.Worst.Where(Known), point => plot.At(point.Epsilon, 0).X, tolerance))
        {
            canvas.Circle(plot.At(point.Epsilon, point.Share), 2.2, Fill[index], $"{curve.Name}, ε = {Digits.Short(point.Epsilon)}: {Digits.Short(point.Share * 100)}% ({Digits.Short(point.Low * 100)} … {Digits.Short(point.High * 100)})");
        }
    }

    /// <summary>All at the finest tolerance; beyond it those that are so far sideways from each other.</summary>
    private static IEnumerable<T> Thinned<T>(IEnumerable<T> marks, Func<T, double> across, double tolerance)
    {
        var kept = new List<double>();
        foreach (var mark in marks)
        {
            var at = across(mark);
            if (tolerance <= Frame.Finest || kept.TrueForAll(other => Math.Abs(at - other) >= tolerance))
            {
                kept.Add(at);
                yield return mark;
            }
        }
    }

    private static bool Known(AccuracyPoint point) =>
        double.IsFinite(point.Epsilon) && double.IsFinite(point.Share) && double.IsFinite(point.Low) && double.IsFinite(point.High);

    private static ImmutableArray<LegendEntry> Names(IReadOnlyList<AccuracyPanel> panels, AttackSigns signs)
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

        foreach (var (name, index) in panels.SelectMany(panel => panel.Curves.Select((curve, i) => (Curve: curve, Index: i)))
            .Where(pair => !pair.Curve.Predicted.IsEmpty).Select(pair => (pair.Curve.PredictedName, pair.Index)).Distinct())
        {
            entries.Add(new(name, (canvas, at) => canvas.Line(at with { Y = at.Y + 6 }, new(at.X + 26, at.Y + 6), Line[index] + " dash")));
        }

        entries.AddRange(signs.Legend());
        return entries.ToImmutable();
    }
}
