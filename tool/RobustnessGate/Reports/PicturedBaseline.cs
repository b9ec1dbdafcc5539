using RobustnessGate.Diagnostics;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>Whether pictures may set a baseline beside the model.</summary>
internal static class PicturedBaseline
{
    /// <summary>The baseline lacks a part of what rules compare; the rest of it can be trusted.</summary>
    private const string Lacks = "RG0206";

    /// <summary>Bands of the findings about baselines and about the bar.</summary>
    private static readonly string[] Bands = ["RG02", "RG05"];

    /// <summary>The sentence that says why no baseline is drawn; null where nothing is said against one.</summary>
    public static string? Refusal(ResultsDocument results)
    {
        if (results.ExitCode != (int)ExitCode.BaselineUnusable)
        {
            return null;
        }

        var codes = results.Gate.Findings
            .Where(finding => finding.Severity == Severity.Error && Array.Exists(Bands, band => finding.Code.StartsWith(band, StringComparison.Ordinal)))
            .Select(finding => finding.Code).Distinct().ToArray();
        return codes.Length > 0 && Array.TrueForAll(codes, code => code == Lacks) && results.Baseline is not null ? null
            : $"No baseline could be compared with{(codes.Length == 0 ? "" : $" ({string.Join(", ", codes)})")}.";
    }
}
