using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Regimes;

namespace RobustnessGate.Training;

/// <summary>Says why training produced a loss that is no number.</summary>
internal static class Divergence
{
    public static MistakeException Explain(Regime regime, TrainingOptions options, int epoch, long step, EpochTally tally)
    {
        var part = (double.IsFinite(tally.LastFit), tally.LastPenalty) switch
        {
            (true, { } penalty) when !double.IsFinite(penalty) =>
                "the cross-entropy is finite but the penalty is not: lower the regime's coefficient or lengthen its ramp",
            (true, _) => "the cross-entropy is finite but the sum is not: lower the regime's coefficient",
            _ when step == 1 => "the very first loss is not finite: the inputs or the initial weights are not",
            _ => "the cross-entropy itself overflowed: lower the learning rate",
        };
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"training ({regime.Name}) diverged in epoch {epoch}, step {step}, at learning rate {options.LearningRate}: {part}. No weights were written.");
        return new(ExitCode.InvalidInput, new Finding("RG0480", Severity.Error, null, message));
    }
}
