using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>Asks the network about points: margins, losses and gradients, in batches of the one physical size.</summary>
/// <param name="draws">Answers that one answer averages: more than 1 for a randomised network.</param>
internal sealed class ModelQuery(IQueriedModel model, SearchBatch searchBatch, BestPoints bestPoints, int draws, CancellationToken cancel)
{
    /// <summary>Runs the network over all points, a batch at a time; in smaller ones where memory is short.</summary>
    /// <param name="points">(n, …) for the samples that are robust; n may be 0.</param>
    /// <param name="classes">(n) int64: the class to leave, or the one to reach.</param>
    /// <param name="cleanScales">(n): greatest magnitude of the logits at the samples.</param>
    /// <param name="objectives">What to evaluate and differentiate, all from one forward pass.</param>
    /// <param name="gradients">Whether gradients are wanted.</param>
    /// <param name="judged">Whether those that are broken here are dropped, so that nobody needs their gradients.</param>
    public BatchResult Ask(
        Tensor points, Tensor classes, Tensor cleanScales, IReadOnlyList<Objective> objectives, bool gradients, bool judged) =>
        model.Fitting(() => Propagate(points, classes, cleanScales, objectives, gradients, judged));

    private BatchResult Propagate(
        Tensor points, Tensor classes, Tensor cleanScales, IReadOnlyList<Objective> objectives, bool gradients, bool judged)
    {
        // Parts that a lack of memory made useless, or that were put together, make room at once.
        using var attempt = NewDisposeScope();
        var parts = new List<BatchResult>();
        foreach (var slice in model.Slices(points.shape[0]))
        {
            cancel.ThrowIfCancellationRequested();
            using var chunk = NewDisposeScope();
            var batch = model.Pad(slice.Of(points)).detach();
            parts.Add(Ask(slice, batch, slice.Of(classes), slice.Of(cleanScales), objectives, gradients, judged).MoveToOuterScope());
        }

        return (parts.Count > 0 ? BatchResult.Of(parts) : OfNoPoints(points, objectives.Count, gradients)).MoveToOuterScope();
    }

    /// <summary>What is said of no points at all.</summary>
    private static BatchResult OfNoPoints(Tensor points, int objectives, bool gradients) => new(
        new QueryResult(
            [.. Enumerable.Range(0, objectives).Select(_ => zeros(0, device: points.device))],
            zeros(0, device: points.device),
            [.. Enumerable.Range(0, gradients ? objectives : 0).Select(_ => zeros_like(points))]),
        zeros(0, device: points.device), Backwards: 0);

    /// <summary>Runs the network over one batch: losses and gradients are means over the draws of a randomised one.</summary>
    private BatchResult Ask(
        Slice slice, Tensor batch, Tensor classes, Tensor cleanScales, IReadOnlyList<Objective> objectives, bool gradients, bool judged)
    {
        batch.requires_grad_(gradients);
        var losses = new Tensor?[objectives.Count];
        var slopes = new Tensor?[gradients ? objectives.Count : 0];
        Tensor? sum = null;
        Tensor? margins = null;
        Tensor? scales = null;
        var backwards = 0L;
        for (var draw = 1; draw <= draws; draw++)
        {
            var logits = Forward(batch, slice, track: gradients);
            sum = Sum(sum, logits.detach());
            if (draw == draws)
            {
                var mean = Mean(sum);
                margins = searchBatch.Criterion.Margins(mean, classes);
                // Near the boundary logits may cancel; rounding is that of what they were made from.
                scales = maximum(mean.abs().amax(1), cleanScales);
            }

            var robust = draws == 1 && judged ? bestPoints.CountRobust(margins!, scales!) : slice.Count;
            for (var i = 0; i < objectives.Count && robust > 0; i++)
            {
                var loss = objectives[i](logits, slice);
                losses[i] = Sum(losses[i], loss.detach());
                if (gradients)
                {
                    var use = i == objectives.Count - 1 ? GraphUse.Free : GraphUse.Keep;
                    // Those that are broken in passing are not asked for theirs, whoever shares the batch with them.
                    backwards += robust;
                    slopes[i] = Sum(slopes[i], Unpadded(InputGradient.Of(loss.sum(), batch, use), slice));
                }
            }
        }

        return new BatchResult(
            new QueryResult(
                [.. losses.Select(loss => loss is null ? zeros_like(margins!) : Mean(loss))],
                margins!,
                [.. slopes.Select(slope => slope is null ? zeros_like(Unpadded(batch, slice)) : Owned(Mean(slope), batch))]),
            scales!, backwards);
    }

    private static Tensor Sum(Tensor? sum, Tensor next) => sum is null ? next : sum + next;

    private Tensor Mean(Tensor sum) => draws == 1 ? sum : sum / draws;

    /// <summary>The rows of a padded batch that are not padding.</summary>
    private static Tensor Unpadded(Tensor batch, Slice slice) => batch.shape[0] == slice.Count ? batch : batch.narrow(0, 0, slice.Count);

    /// <summary>
    /// A gradient that an attack can change in place and keep, without NaN, which is no direction and would poison its
    /// point for good: a sum finds NaN in a fraction of the time. Of a network that sums its inputs autograd gives one
    /// number under many addresses; a few rows of a batch would keep all of it.
    /// </summary>
    private static Tensor Owned(Tensor gradient, Tensor batch)
    {
        var numbers = float.IsFinite(gradient.sum().item<float>()) ? gradient : gradient.nan_to_num();
        return numbers.shape[0] < batch.shape[0] ? numbers.clone() : numbers.contiguous();
    }

    private Tensor Forward(Tensor batch, Slice slice, bool track)
    {
        if (track)
        {
            return Unpadded(model.Forward(batch), slice);
        }

        using var noGrad = no_grad();
        return Unpadded(model.Forward(batch), slice);
    }
}

/// <summary>What the network says of points before any is judged.</summary>
/// <param name="Scales">(n): greatest magnitude of the logits, here and at the sample.</param>
/// <param name="Backwards">Per-sample backward passes that it took.</param>
internal sealed record BatchResult(QueryResult Query, Tensor Scales, long Backwards)
{
    /// <summary>Batches one below the other.</summary>
    public static BatchResult Of(IReadOnlyList<BatchResult> parts) => parts.Count == 1
        ? parts[0]
        : new BatchResult(
            QueryResult.Of([.. parts.Select(part => part.Query)]), cat([.. parts.Select(part => part.Scales)], 0),
            parts.Sum(part => part.Backwards));

    public BatchResult MoveToOuterScope() => new(Query.MoveToOuterScope(), Scales.MoveToOuterDisposeScope(), Backwards);
}
