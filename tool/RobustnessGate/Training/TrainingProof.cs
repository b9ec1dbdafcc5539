using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>
/// Proves the gradients that a training follows, at its batch size: those of the input, that examples are crafted with,
/// and those of the weights, of cross-entropy and where the regime needs them of a penalty on input gradients. Right is
/// what single samples give.
/// </summary>
internal static class TrainingProof
{
    /// <summary>Different samples in the batch; the rest repeats them, so that the mean over the batch is that over these.</summary>
    private const int Different = 4;

    /// <summary>
    /// Share of a gradient's ℓ1 norm that passes for rounding; with penalties a kink that rounding crosses weighs more.
    /// Wrong kernels were seen to be off by 0.1 and more.
    /// </summary>
    private const double Tolerance = 1e-2;

    /// <summary>Share of the greatest weight's gradient, in ℓ1, that passes for rounding in any other.</summary>
    private const double Negligible = 1e-4;

    /// <summary>Computes in the fastest way in which these prove right, from now on and for the whole process.</summary>
    /// <exception cref="Diagnostics.MistakeException">RG0914: there is no such way.</exception>
    public static void Require(TrainingTask task)
    {
        var (network, device) = (task.Network, task.Data.Inputs.device);
        var batch = Math.Min(task.Options.BatchSize, task.Data.Count);
        KernelSelection.Require(() => network.Evaluating(() => Fault(task, batch)), network.IsOwnGraph, device, batch);
    }

    private static KernelFault? Fault(TrainingTask task, long batch)
    {
        using var scope = NewDisposeScope();
        using var different = task.Data.Slice(0, (int)Math.Min(Different, batch));
        var input = new GradientProof(task.Network.Logits, hasDouble: false, task.Options.Bounds).Fault(different.Inputs, batch);
        return input
            ?? Fault(task, different, batch, new Natural())
            ?? (task.Regime.PenalisesGradients ? Fault(task, different, batch, new Jacobian(Ramp: 0)) : null);
    }

    private static KernelFault? Fault(TrainingTask task, TrainingSet different, long batch, Regime regime)
    {
        var found = Gradients(arange(batch, dtype: ScalarType.Int64, device: different.Labels.device).remainder_(different.Count));
        var singles = Enumerable.Range(0, different.Count).Select(i => Gradients(tensor(new[] { (long)i }, device: different.Labels.device))).ToList();
        // The first samples come once more often where the batch is no multiple.
        Tensor[] right = [.. Enumerable.Range(0, found.Length).Select(weight => singles
            .Select((gradients, i) => gradients[weight] * ((batch - i + different.Count - 1) / different.Count) / batch).Aggregate((sum, next) => sum + next))];
        double[] norms = [.. right.Select(gradient => gradient.abs().sum().item<double>())];
        for (var i = 0; i < found.Length; i++)
        {
            var off = (found[i] - right[i]).abs().sum().item<double>();
            // Weights whose true gradient is zero, such as a bias before a normalisation, have rounding alone.
            if (!(off <= (Tolerance * norms[i]) + (Negligible * norms.Max())))
            {
                return new(KernelFault.Model, $"{batch} samples", $"{KernelFault.WeightGradient} of {task.Network.Weights[i].Name}", off / Math.Max(norms[i], double.Epsilon));
            }
        }

        return null;

        Tensor[] Gradients(Tensor positions)
        {
            var (inputs, labels) = different.At(positions);
            var loss = regime.Loss(new(task.Network, inputs, labels, Number: 0, Progress: 1, task.Options.Bounds, task.Options.Seed));
            return [.. InputGradient.OfAll(loss.Total, [.. task.Network.Weights.Select(weight => weight.Value)])
                .Select(gradient => gradient.detach().to(ScalarType.Float64))];
        }
    }
}
