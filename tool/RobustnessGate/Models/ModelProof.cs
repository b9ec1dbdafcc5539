using RobustnessGate.Diagnostics;
using RobustnessGate.Kernels;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>Proves a model's gradients on this machine before anything is measured with them.</summary>
internal static class ModelProof
{
    /// <summary>
    /// Computes in the fastest way in which the model's logits and input gradients prove right at this batch size, from
    /// now on and for the whole process. What gives no logits is left to <see cref="ModelChecks"/>.
    /// </summary>
    /// <param name="rows">(n, …) float32 in raw input units, n ≥ 1, on the device of the run: real samples where there are any.</param>
    /// <param name="batch">Rows of the batches that are to be computed.</param>
    /// <exception cref="MistakeException">RG0914: there is no such way.</exception>
    public static void Require(Classifier classifier, Tensor rows, long batch)
    {
        var own = classifier.Network.IsOwnGraph;
        KernelSelection.Prepare(own, rows.device, batch);
        if (!GivesLogits(classifier, rows))
        {
            return;
        }

        var proof = new GradientProof(classifier.Logits, classifier.Network.SupportsDouble, classifier.Input.Bounds);
        KernelSelection.Require(() => proof.Fault(rows, batch), own, rows.device, batch);
    }

    /// <summary>Whether single samples give at least two finite numbers each.</summary>
    private static bool GivesLogits(Classifier classifier, Tensor rows)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        for (var i = 0; i < Math.Min(4, rows.shape[0]); i++)
        {
            var logits = classifier.Logits(rows.narrow(0, i, 1));
            if (logits.shape is not [1, >= 2] || !logits.isfinite().all().item<bool>())
            {
                return false;
            }
        }

        return true;
    }
}
