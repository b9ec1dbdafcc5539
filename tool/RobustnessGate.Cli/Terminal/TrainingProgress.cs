using RobustnessGate.Training;

namespace RobustnessGate.Cli.Terminal;

/// <summary>One line an epoch.</summary>
internal static class TrainingProgress
{
    public static string Line(string what, EpochReport report) => FormattableString.Invariant(
        $"  {what}  epoch {report.Epoch}/{report.Epochs}  loss {report.Loss:F4}") + (report.Penalty is { } penalty
            ? FormattableString.Invariant($"  penalty {penalty:F3}")
            : "");
}
