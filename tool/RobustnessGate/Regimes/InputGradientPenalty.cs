using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Regimes;

/// <summary>
/// Cross-entropy plus a penalty on the gradient of some per-sample value with respect to the input, from one forward pass
/// for both: by the linear map that the network is there at first order, where its layers are known, else by double
/// backpropagation. Batch normalisation in training computes with the statistics of the batch, which depend on its inputs;
/// so does what is differentiated: a sample's gradient is that of the batch's summed value.
/// </summary>
/// <param name="Coefficient">Multiplies the mean over the batch of the samples' penalties.</param>
/// <param name="Ramp">Share of the training over which the coefficient rises linearly from zero.</param>
/// <param name="Interval">Every how many steps the penalty is applied, with so many times the coefficient.</param>
/// <param name="Value">Logits (N, K) and labels (N) → the value (N) whose input gradient is penalised.</param>
/// <param name="Size">A gradient (N, …input) → its size (N).</param>
internal sealed record InputGradientPenalty(
    double Coefficient, double Ramp, int Interval, Func<Tensor, Tensor, Tensor> Value, Func<Tensor, Tensor> Size)
{
    /// <param name="step">Inputs (N, …input) and labels (N).</param>
    /// <param name="fit">What the penalty is added to, a scalar, given the logits (N, K) of the step's inputs.</param>
    public StepLoss Loss(TrainingStep step, Func<Tensor, Tensor> fit)
    {
        using var scope = NewDisposeScope();
        if (step.Number % Interval != 0)
        {
            var alone = fit(step.Network.Logits(step.Inputs));
            return new StepLoss(alone, alone, null).MoveToOuterScope();
        }

        var (logits, penalty) = step.Network.Linearise(step.Inputs) is { } linear
            ? (linear.Logits, linear.MeanGradientSize(Value(linear.Logits, step.Labels), Size))
            : Differentiated(step);
        var fitted = fit(logits);
        var total = fitted + (penalty * (Coefficient * Interval * Regime.Rise(step.Progress, Ramp)));
        return new StepLoss(total, fitted, penalty).MoveToOuterScope();
    }

    /// <summary>By double backpropagation, which takes any network: logits, and the mean penalty.</summary>
    private (Tensor Logits, Tensor Penalty) Differentiated(TrainingStep step)
    {
        var x = step.Inputs.detach().requires_grad_();
        var logits = step.Network.Logits(x);
        return (logits, Size(InputGradient.Of(Value(logits, step.Labels).sum(), x, GraphUse.Differentiate)).mean());
    }
}
