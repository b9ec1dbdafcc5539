using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Training;

/// <summary>Counts on a held-out set, for progress and for choosing weights. Verdicts come from the evaluator alone.</summary>
internal static class Accuracy
{
    internal const int BatchSize = 250;

    /// <summary>How many samples are right: the margin is positive, a tie is wrong.</summary>
    public static int Natural(ITrainable network, TrainingSet data) => Count(network, data, (_, _) => []);

    /// <summary>How many samples are right as they are and after two searches for a point that is not.</summary>
    /// <remarks>
    /// One descends the margin, one climbs the cross-entropy: a network whose margin was regularised is flat to the
    /// first and not to the second.
    /// </remarks>
    /// <param name="bounds">The box that inputs live in; null for none.</param>
    public static int Robust(ITrainable network, TrainingSet data, SignAscent search, Bounds? bounds, long seed)
    {
        using var generator = Draws(seed);
        return Robust(network, data, search, bounds, generator);
    }

    /// <summary>The draws of a whole measurement, whatever slices it comes in.</summary>
    internal static Generator Draws(long seed) => Randomness.For(seed, Randomness.Purpose.HeldOut, 0);

    /// <summary>The same for the next slice of a set; all but the last have a multiple of <see cref="BatchSize"/> samples.</summary>
    internal static int Robust(ITrainable network, TrainingSet slice, SignAscent search, Bounds? bounds, Generator draws) =>
        Count(network, slice, (inputs, labels) =>
        [
            search.Run(x => -Margin.Of(network.Logits(x), labels), inputs, bounds, draws),
            search.Run(
                x => functional.cross_entropy(network.Logits(x), labels, reduction: Reduction.None), inputs, bounds, draws),
        ]);

    /// <summary>How many samples are right as they are and at every further point, each (N, …input) like its inputs.</summary>
    private static int Count(ITrainable network, TrainingSet data, Func<Tensor, Tensor, Tensor[]> further) =>
        network.Evaluating(() =>
        {
            var count = 0;
            for (var start = 0; start < data.Count; start += BatchSize)
            {
                using var scope = NewDisposeScope();
                var length = Math.Min(BatchSize, data.Count - start);
                var inputs = data.Inputs.narrow(0, start, length);
                var labels = data.Labels.narrow(0, start, length);
                var points = further(inputs, labels);
                using var frozen = no_grad();
                var right = Margin.Of(network.Logits(inputs), labels) > 0;
                foreach (var point in points)
                {
                    right = right.logical_and(Margin.Of(network.Logits(point), labels) > 0);
                }

                count += (int)right.sum().item<long>();
            }

            return count;
        });
}
