using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Training.Regimes;

/// <summary>Cross-entropy plus a penalty on the gradient of some per-sample value with respect to the input.</summary>
internal static class InputGradientPenalty
{
    /// <param name="value">Logits (N, K) and labels (N) → the value (N) whose input gradient is penalised.</param>
    /// <param name="size">A gradient (N, …input) → its size (N).</param>
    public static StepLoss Loss(
        TrainingStep step, double coefficient, double ramp, int interval,
        Func<Tensor, Tensor, Tensor> value, Func<Tensor, Tensor> size)
    {
        if (step.Number % interval != 0)
        {
            return new Natural().Loss(step);
        }

        using var scope = NewDisposeScope();
        using var x = step.Inputs.detach().requires_grad_();

        // Batch statistics tie the samples of a batch together: a gradient per sample exists with running ones only,
        // and with those from before this batch.
        var apart = step.Network is { Training: true, CouplesSamples: true }
            ? step.Network.Evaluating(() => step.Network.Logits(x))
            : null;
        var logits = step.Network.Logits(x);
        var fit = functional.cross_entropy(logits, step.Labels);
        var penalty = PerSample(apart ?? logits, x, step.Labels, value, size).mean();
        var total = fit + (penalty * (coefficient * interval * Rise(step.Progress, ramp)));
        return new(total.MoveToOuterDisposeScope(), fit.MoveToOuterDisposeScope(), penalty.MoveToOuterDisposeScope());
    }

    /// <summary>The penalty of each sample, (N): what a sample contributes does not depend on its batch.</summary>
    internal static Tensor PerSample(
        Tensor logits, Tensor x, Tensor labels, Func<Tensor, Tensor, Tensor> value, Func<Tensor, Tensor> size)
    {
        using var scope = NewDisposeScope();
        return size(InputGradient.Of(value(logits, labels).sum(), x, GraphUse.Differentiate)).MoveToOuterDisposeScope();
    }

    /// <summary>From 0 to 1 over the first <paramref name="ramp"/> of the training, then 1.</summary>
    private static double Rise(double progress, double ramp) => progress < ramp ? progress / ramp : 1;
}
