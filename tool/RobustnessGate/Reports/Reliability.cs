using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>What the gate's verdict is worth: its nominal chance of a false alarm, and what it can see at all.</summary>
internal static class Reliability
{
    /// <summary>
    /// Holm keeps the chance that any paired rule fails an unchanged model below alpha. The bound is nominal: it covers
    /// sampling, not limits on measured values, and for indicators rests on the bootstrap.
    /// </summary>
    public static string Sentence(GateDecision gate)
    {
        var paired = gate.Rules.Count(rule => rule.P is not null);
        if (paired == 0)
        {
            return "No rule was compared with a baseline.";
        }

        var holm = paired == 1 ? "one rule compares" : $"{paired} rules compare, p-values are adjusted by Holm";
        return $"Nominal chance that an unchanged model fails: at most {Words.Percent(gate.Alpha)} ({holm}). {Detectable(gate)}".TrimEnd();
    }

    /// <summary>"Smallest drop this policy can detect: 1.8 points (80 % power)."; empty where no rule compares accuracies.</summary>
    public static string Detectable(GateDecision gate) => gate.DetectableDrop is { } drop
        ? $"Smallest drop this policy can detect: {Words.Points(Math.Round(drop, 3))} points ({Words.Value(100 * Power.Wanted)} % power)."
        : "";
}
