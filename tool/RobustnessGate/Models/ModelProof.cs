using RobustnessGate.Gating;
using RobustnessGate.Kernels;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>Proves a model's gradients on this machine before anything is measured with them.</summary>
internal static class ModelProof
{
    /// <summary>
    /// Computes in the fastest way in which the model's logits and input gradients prove right at this batch size, from
    /// now on and for the whole process.
    /// </summary>
    /// <param name="rows">(n, …) float32 in raw input units, n ≥ 1, on the device of the run: real samples where there are any.</param>
    /// <param name="batch">Rows of the batches that are to be computed.</param>
    /// <exception cref="MistakeException">RG0914: there is no such way.</exception>
    public static void Require(Classifier classifier, Tensor rows, long batch)
    {
        var own = classifier.Network.IsOwnGraph;
        KernelLadder.Prepare(own, rows.device, batch);
        var proof = new GradientProof(classifier.Logits, classifier.Network.SupportsDouble, classifier.Input.Bounds);
        while (proof.Fault(rows, batch) is { } fault)
        {
            KernelLadder.Leave(fault, own, rows.device, batch);
        }
    }
}
