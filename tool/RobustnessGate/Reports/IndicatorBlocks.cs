using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Reports.Blocks;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The indicator in a report: what it predicts, how well that held, and every quantity.</summary>
internal static class IndicatorBlocks
{
    private const int LongText = 1000;

    public static IEnumerable<Block> Of(ResultsDocument results)
    {
        if (results.Indicator is not { } indicator)
        {
            yield break;
        }

        yield return new Heading(FormattableString.Invariant($"Indicator, over the rightly classified of the first {indicator.Samples} samples"));
        var about = string.Join(' ', IndicatorText.About(indicator));
        if (about.Length > 0)
        {
            yield return new Paragraph(new Plain(about, LongText));
        }

        foreach (var block in (indicator.Prediction ?? []).SelectMany(Predicted))
        {
            yield return block;
        }

        foreach (var (title, quantities) in IndicatorText.Groups(results))
        {
            yield return new Paragraph($"{title}:");
            yield return new Table(
                [new("", Numeric: false), new("baseline median"), new("median"), new("jittered"), new("mean"), new("5 %"), new("95 %"), new("samples")],
                [.. quantities.Select(quantity => new Row(
                    Tone.Usual,
                    [quantity.Name], [Words.Value(results.Baseline?.Indicator?.Summary.GetValueOrDefault(quantity.Name)?.Median)],
                    [Words.Value(quantity.Now.Median)], [Words.Value(quantity.Jittered?.Median)], [Words.Value(quantity.Now.Mean)],
                    [Words.Value(quantity.Now.P05)], [Words.Value(quantity.Now.P95)], [Number(quantity.Now.Count)]))]);
        }
    }

    private static IEnumerable<Block> Predicted(Prediction prediction)
    {
        yield return new Paragraph(
            new Strong($"Predicted in {prediction.Norm} without attacks"),
            new Plain($" (an estimate, no bound). {string.Join(' ', IndicatorText.Held(prediction))}", LongText));
        yield return new Table(
            [new("ε"), new("predicted robust"), new("found robust")],
            [.. prediction.Curve.Select(point => new Row(
                Tone.Usual,
                [Words.Radius(point.Epsilon)],
                [$"{Number(point.Predicted)} of {Number(prediction.Samples)}", new Meter(point.Predicted, prediction.Samples)],
                point.Attacked is { } found ? [Number(found), new Meter(found, prediction.Samples)] : ["–"]))]);
        if (!prediction.BrokenBy.IsEmpty)
        {
            yield return new Table(
                [new("broken by", Numeric: false), new("broken"), new("robust"), new("AUROC of predicted radius"), new("of linear radius"), new("of ‖J‖₁ (legacy)")],
                [.. prediction.BrokenBy.Select(row => new Row(
                    Tone.Usual,
                    [new Mono(row.Attack)], [Number(row.Broken)], [Number(row.Standing)],
                    [Words.Value(row.Auroc)], [Words.Value(row.AurocLinearRadius)], [Words.Value(row.AurocJacobianL1)]))]);
        }
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
