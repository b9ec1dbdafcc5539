using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>
/// Which samples are worth a look, where nobody says. Distances are norms over all features, so that it does not matter how an
/// input is laid out; a sample's answer must not depend on its batch, which a padded batch keeps as fixed as it can be.
/// </summary>
internal static class NearestSamples
{
    /// <summary>
    /// With two models those whose first-order distance to the boundary, L/‖∇L‖ in the dual norm, fell most from the one to
    /// the other; with one, the rightly classified ones with the shortest. A misclassified sample has a distance of 0; where
    /// the gradient is zero there is none, and the sample is no candidate.
    /// </summary>
    /// <param name="candidate">The model.</param>
    /// <param name="compared">What it is compared with; null for nothing.</param>
    /// <param name="seed">Of what a randomised model draws.</param>
    /// <returns>At most <paramref name="count"/> positions in the tensors, nearest first; of equals the earlier.</returns>
    public static int[] Of(BatchedModel candidate, BatchedModel? compared, SampleTensors samples, Norm norm, int count, long seed, CancellationToken cancel)
    {
        var now = Distances(candidate, samples, norm, seed, cancel);
        var before = compared is null ? null : Distances(compared, samples, norm, seed, cancel);
        return
        [
            .. Enumerable.Range(0, samples.Count)
                .Where(i => double.IsFinite(now[i]) && (before is null ? now[i] > 0 : before[i] > 0 && double.IsFinite(before[i])))
                .OrderBy(i => before is null ? now[i] : now[i] - before[i]).ThenBy(i => i).Take(count),
        ];
    }

    private static double[] Distances(BatchedModel model, SampleTensors samples, Norm norm, long seed, CancellationToken cancel)
    {
        MeanLogits.Reseed(model, seed);
        var distances = new double[samples.Count];
        foreach (var slice in model.Slices(samples.Count))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            int[] positions = [.. Enumerable.Range((int)slice.Start, (int)slice.Count)];
            var points = model.Pad(samples.Load(positions)).detach().requires_grad_();
            var labels = tensor(positions.Select(i => (long)samples.Labels[i]).ToArray(), device: model.Device);
            var margins = Margin.Of(MeanLogits.Logits(model, points).narrow(0, 0, slice.Count), labels);
            var gradient = InputGradient.Of(margins.sum(), points).narrow(0, 0, slice.Count);
            var ratios = margins.detach().clamp_min(0) / Lp.Of(gradient, Lp.Dual(norm));
            ratios.to(ScalarType.Float64).cpu().data<double>().ToArray().CopyTo(distances, (int)slice.Start);
        }

        return distances;
    }
}
