using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Whether the model's answer for a sample depends on the samples in the same batch, as with batch normalisation that was
/// left in training mode. Then there is no such thing as the outcome of one sample.
/// </summary>
internal static class BatchDependenceCheck
{
    /// <summary>Greatest relative difference of logits that sums in another order explain.</summary>
    private const double Tolerance = 1e-4;

    /// <param name="model">Asked about the samples in one order and in another.</param>
    /// <param name="samples">(N, …), at least two.</param>
    /// <param name="where">Where the policy names the model.</param>
    /// <returns>RG1111: an error where a class changes; null where answers agree.</returns>
    public static Finding? Examine(BatchedModel model, Tensor samples, Location where)
    {
        using var scope = NewDisposeScope();
        var together = model.Logits(samples);
        var half = Math.Max(1, samples.shape[0] / 2);
        // Another order, other neighbours, and batches filled up with copies of another sample.
        var apart = cat([model.Logits(samples.narrow(0, 0, half)), model.Logits(samples.narrow(0, half, samples.shape[0] - half).flip(0)).flip(0)], 0);
        var scale = Lp.Of(together, Norm.Linf).clamp_min(1e-30);
        var relative = Lp.Of(apart - together, Norm.Linf) / scale;
        var differing = relative.le(Tolerance).logical_not().sum().item<long>();
        if (differing == 0)
        {
            return null;
        }

        var changed = apart.argmax(1).ne(together.argmax(1)).sum().item<long>();
        return new Finding("RG1111", changed > 0 ? Severity.Error : Severity.Warning, where, FormattableString.Invariant(
            $"the answer for a sample depends on the samples in its batch: batched with other samples the logits of {differing} of {samples.shape[0]} samples differ (by up to {relative.amax(0).item<float>():P1}), and {changed} change their class. So no sample has an outcome of its own. Export the model in evaluation mode."));
    }
}
