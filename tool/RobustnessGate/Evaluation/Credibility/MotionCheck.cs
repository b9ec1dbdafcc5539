using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Attacks that never looked at another point than the sample, though there is a gradient to follow. What stands there
/// withstood nothing.
/// </summary>
internal static class MotionCheck
{
    /// <summary>Samples whose gradients are asked.</summary>
    private const int Most = 64;

    /// <summary>Share of the samples that may stay by chance, as where all features are at their bounds.</summary>
    private const double Acceptable = 0.05;

    /// <param name="model">Asked for gradients.</param>
    /// <param name="samples">The data.</param>
    /// <param name="unmoved">Samples of each run that stayed robust and where they were.</param>
    /// <returns>RG1137 for the run with most such samples; null where attacks moved.</returns>
    public static Suspicion? Examine(
        BatchedModel model, SampleTensors samples, IReadOnlyList<RunResult> results, IReadOnlyDictionary<string, int[]> unmoved, PolicySource source)
    {
        var worst = results
            .Where(result => result.Run.Epsilon.IsBox || result.Run.Epsilon.Value > 0)
            .Select(result => (result.Run, Robust: result.Fact.Bits.Ones, Stayed: unmoved.GetValueOrDefault(result.Run.Id, [])))
            .OrderByDescending(run => run.Stayed.Length).FirstOrDefault();
        if (worst.Stayed is not { Length: > 1 } stayed || !(stayed.Length > Acceptable * worst.Robust))
        {
            return null;
        }

        var asked = stayed[..Math.Min(Most, stayed.Length)];
        var alive = Alive(model, samples, asked);
        return !(alive > Math.Max(1, Acceptable * asked.Length)) ? null : new Suspicion(
            new Finding("RG1137", Severity.Warning, source.At(worst.Run.Entry.Path), FormattableString.Invariant(
                $"'{worst.Run.Id}' never moved from {stayed.Length} of the {worst.Robust} samples that it leaves robust, though the margin has a gradient at {alive} of the first {asked.Length} of them. It found nothing to follow there, so its count says nothing about them: use another attack, or another loss.")),
            $"'{worst.Run.Id}' never moved from {Facts.Words.Samples(stayed.Length)}", Decisive: stayed.Length >= 0.5 * worst.Robust);
    }

    private static long Alive(BatchedModel model, SampleTensors samples, int[] asked)
    {
        using var scope = NewDisposeScope();
        var classes = tensor(asked.Select(sample => (long)samples.Labels[sample]).ToArray(), device: model.Device);
        return Lp.Of(new SurfaceLines(model).Gradients(samples.Load(asked), classes), Norm.L1).gt(0).sum().item<long>();
    }
}
