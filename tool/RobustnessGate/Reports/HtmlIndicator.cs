using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Results;
using static RobustnessGate.Reports.HtmlReport;

namespace RobustnessGate.Reports;

/// <summary>The indicator in the HTML report: what it predicts, how well that held, and every quantity.</summary>
internal static class HtmlIndicator
{
    public static void Append(StringBuilder text, ResultsDocument results)
    {
        if (results.Indicator is not { } indicator)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"<h2>Indicator, over the rightly classified of the first {indicator.Samples} samples</h2>\n");
        var about = string.Join(' ', IndicatorText.About(indicator));
        text.Append(about.Length == 0 ? "" : $"<p>{Plain(about)}</p>\n");
        foreach (var prediction in indicator.Prediction ?? [])
        {
            Predicted(text, prediction);
        }

        foreach (var (title, quantities) in IndicatorText.Groups(results))
        {
            text.Append(CultureInfo.InvariantCulture, $"<p>{Plain(title)}:</p>\n<table>\n<tr><th></th><th>baseline median</th><th>median</th><th>jittered</th><th>mean</th><th>5 %</th><th>95 %</th><th>samples</th></tr>\n");
            foreach (var (name, now, jittered) in quantities)
            {
                var before = results.Baseline?.Indicator?.Summary.GetValueOrDefault(name);
                text.Append(CultureInfo.InvariantCulture, $"<tr><td>{Plain(name)}</td><td>{Words.Value(before?.Median)}</td><td>{Words.Value(now.Median)}</td><td>{Words.Value(jittered?.Median)}</td>");
                text.Append(CultureInfo.InvariantCulture, $"<td>{Words.Value(now.Mean)}</td><td>{Words.Value(now.P05)}</td><td>{Words.Value(now.P95)}</td><td>{now.Count}</td></tr>\n");
            }

            text.Append("</table>\n");
        }
    }

    private static void Predicted(StringBuilder text, Prediction prediction)
    {
        text.Append(CultureInfo.InvariantCulture, $"<p><b>Predicted in {Plain(prediction.Norm)} without attacks</b> (an estimate, no bound). {Plain(string.Join(' ', IndicatorText.Held(prediction)))}</p>\n");
        text.Append("<table>\n<tr><th>ε</th><th>predicted robust</th><th></th><th>found robust</th><th></th></tr>\n");
        foreach (var point in prediction.Curve)
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr><td>{Words.Radius(point.Epsilon)}</td><td>{point.Predicted}</td><td>{Meter(point.Predicted, prediction.Samples)}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{point.Attacked?.ToString(CultureInfo.InvariantCulture) ?? "–"}</td><td>{(point.Attacked is { } found ? Meter(found, prediction.Samples) : "")}</td></tr>\n");
        }

        text.Append("</table>\n");
        if (prediction.BrokenBy.IsEmpty)
        {
            return;
        }

        text.Append("<table>\n<tr><th>broken by</th><th>broken</th><th>robust</th><th>AUROC of predicted radius</th><th>of linear radius</th><th>of ‖J‖₁ (legacy)</th></tr>\n");
        foreach (var row in prediction.BrokenBy)
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr><td>{Plain(row.Attack)}</td><td>{row.Broken}</td><td>{row.Standing}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{Words.Value(row.Auroc)}</td><td>{Words.Value(row.AurocLinearRadius)}</td><td>{Words.Value(row.AurocJacobianL1)}</td></tr>\n");
        }

        text.Append("</table>\n");
    }

    private static string Meter(int count, int of) => string.Create(CultureInfo.InvariantCulture, $"<meter min=\"0\" max=\"{of}\" value=\"{count}\">{count}</meter>");
}
