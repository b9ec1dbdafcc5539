using RobustnessGate.Training;

namespace RobustnessGate.Cli.Terminal;

/// <summary>One line an epoch.</summary>
internal static class TrainingProgress
{
    /// <param name="what">What is trained; may be empty.</param>
    public static string Line(string what, EpochReport report)
    {
        var penalty = report.Penalty is { } size ? FormattableString.Invariant($"  penalty {size:F3}") : "";
        var score = report.Score is { } counts
            ? FormattableString.Invariant($"  held-out natural {counts.Natural}, attacked {counts.Robust} of {counts.Total}")
            : "";
        return FormattableString.Invariant($"  {what}epoch {report.Epoch}/{report.Epochs}  loss {report.Loss:F4}{penalty}{score}");
    }
}
