using RobustnessGate.Maths;
using RobustnessGate.Training.Regimes;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>
/// The training loop. Deterministic for a seed, a thread count and a device: the order of samples and every random
/// draw are functions of the seed and the step.
/// </summary>
public static class Trainer
{
    /// <summary>Changes the network's weights in place.</summary>
    /// <param name="progress">Called after every epoch.</param>
    /// <exception cref="Gating.MistakeException">RG0480: the loss became infinite or NaN.</exception>
    /// <exception cref="OperationCanceledException">Stopped between two steps.</exception>
    public static void Run(
        ITrainable network, TrainingSet data, Regime regime, TrainingOptions options,
        Action<EpochReport> progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var state = new Optimizer.State(options.Optimizer, network);
        var weights = network.Weights.Select(weight => weight.Value).ToArray();
        var stepsPerEpoch = (data.Count + options.BatchSize - 1) / options.BatchSize;
        network.Training = true;
        try
        {
            for (var epoch = 0; epoch < options.Epochs; epoch++)
            {
                var tally = new EpochTally();
                using var order = Order(data, options.Seed, epoch);
                for (var start = 0; start < data.Count; start += options.BatchSize)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Step(order, start, epoch, tally);
                }

                progress(tally.Report(epoch + 1, options.Epochs));
            }
        }
        finally
        {
            network.Training = false;
        }

        void Step(Tensor order, int start, int epoch, EpochTally tally)
        {
            using var stepScope = NewDisposeScope();
            var (inputs, labels) = data.At(order.narrow(0, start, Math.Min(options.BatchSize, data.Count - start)));
            var share = (double)state.Steps / ((long)stepsPerEpoch * options.Epochs);
            var loss = regime.Loss(
                new(network, inputs, labels, state.Steps, share, options.Bounds, options.Seed));
            tally.Add(loss);
            if (!tally.IsFinite)
            {
                throw Divergence.Explain(regime, options, epoch + 1, state.Steps + 1, tally);
            }

            var gradients = InputGradient.OfAll(loss.Total, weights);
            state.Step(gradients, options.LearningRate * options.Schedule.Factor(share));
        }
    }

    /// <summary>The samples' positions, (N) int64, in the order in which this epoch takes them.</summary>
    private static Tensor Order(TrainingSet data, long seed, int epoch)
    {
        using var scope = NewDisposeScope();
        using var generator = Randomness.For(seed, Randomness.Purpose.Order, epoch);
        return randperm(data.Count, generator: generator).to(data.Labels.device).MoveToOuterDisposeScope();
    }
}
