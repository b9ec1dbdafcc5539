using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The indicator in the markdown report: what it predicts, how well that held, and every quantity.</summary>
internal static class MarkdownIndicator
{
    public static void Append(StringBuilder text, ResultsDocument results)
    {
        if (results.Indicator is not { } indicator)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"#### Indicator, over the rightly classified of the first {indicator.Samples} samples\n\n");
        var about = string.Join(' ', IndicatorText.About(indicator));
        text.Append(about.Length == 0 ? "" : MarkdownText.Escape(about, 1000) + "\n\n");
        foreach (var prediction in indicator.Prediction ?? [])
        {
            Predicted(text, prediction);
        }

        foreach (var (title, quantities) in IndicatorText.Groups(results))
        {
            text.Append(CultureInfo.InvariantCulture, $"{title}:\n\n| | baseline median | median | jittered | mean | 5 % | 95 % | samples |\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
            foreach (var (name, now, jittered) in quantities)
            {
                var before = results.Baseline?.Indicator?.Summary.GetValueOrDefault(name);
                text.Append(CultureInfo.InvariantCulture, $"| {MarkdownText.Escape(name)} | {Words.Value(before?.Median)} | {Words.Value(now.Median)} | {Words.Value(jittered?.Median)} ");
                text.Append(CultureInfo.InvariantCulture, $"| {Words.Value(now.Mean)} | {Words.Value(now.P05)} | {Words.Value(now.P95)} | {now.Count} |\n");
            }

            text.Append('\n');
        }
    }

    private static void Predicted(StringBuilder text, Prediction prediction)
    {
        text.Append(CultureInfo.InvariantCulture, $"**Predicted in {prediction.Norm} without attacks** (an estimate, no bound). ");
        text.Append(MarkdownText.Escape(string.Join(' ', IndicatorText.Held(prediction)), 1000)).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| ε | predicted robust | found robust |\n|--:|--:|--:|\n");
        foreach (var point in prediction.Curve)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Words.Radius(point.Epsilon)} | {point.Predicted} of {prediction.Samples} | {point.Attacked?.ToString(CultureInfo.InvariantCulture) ?? "–"} |\n");
        }

        text.Append('\n');
        if (prediction.BrokenBy.IsEmpty)
        {
            return;
        }

        text.Append("| broken by | broken | standing | AUROC of predicted radius | of linear radius | of ‖J‖₁ (legacy) |\n|---|--:|--:|--:|--:|--:|\n");
        foreach (var row in prediction.BrokenBy)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {MarkdownText.Code(row.Attack)} | {row.Broken} | {row.Standing} | {Words.Value(row.Auroc)} | {Words.Value(row.AurocLinearRadius)} | {Words.Value(row.AurocJacobianL1)} |\n");
        }

        text.Append('\n');
    }
}
