using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Whether the model that attacks met is the one that will be used: asked about the same points alone, without autograd, in
/// float64, or freshly loaded and in another order, it must give the same answers.
/// </summary>
/// <param name="model">As attacks asked it.</param>
/// <param name="fresh">Opens the model anew; null where that cannot be done.</param>
internal sealed class AgreementCheck(BatchedModel model, Func<Classifier>? fresh)
{
    /// <summary>Greatest relative difference of logits that sums in another order explain, with room.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>The same between float32 and float64, where rounding adds up through the layers.</summary>
    private const double PrecisionTolerance = 1e-2;

    /// <summary>Means over draws differ by chance; this many times their own difference is none.</summary>
    private const double Spread = 6;

    /// <summary>Points that each way of asking is asked about.</summary>
    public const int Most = 32;

    /// <param name="points">(n, …) float32: clean samples, then the worst points met, which a fresh model is asked about first.</param>
    /// <param name="where">Where the policy names the model.</param>
    /// <returns>RG1134, an error where classes differ; null where all answers agree.</returns>
    public Suspicion? Examine(Tensor points, Location where)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var plain = model.Logits(points);
        var chance = model.Draws > 1 ? Spread * Difference(model.Logits(points), plain).Relative.amax().item<float>() : 0;
        var alone = Alone(model.Classifier, points);
        List<(string How, Disagreement Found)> found = [];
        Add("with autograd and among padding", Difference(Searched(points), plain), Tolerance);
        Add("in a batch of its own", Difference(alone, plain), Tolerance);
        Add("in float64", Difference(model.VerdictLogits(points, model.Draws).to(ScalarType.Float32), plain), PrecisionTolerance);
        if (fresh is not null)
        {
            using var other = fresh();
            Add("freshly loaded and in another order", Difference(Alone(other, points), alone), Tolerance);
        }

        return found.Count == 0 ? null : Told(found, points.shape[0], where);

        void Add(string how, (Tensor Relative, Tensor Changed) difference, double tolerance)
        {
            var beyond = difference.Relative.le(tolerance + chance).logical_not();
            if (beyond.any().item<bool>())
            {
                found.Add((how, new(
                    beyond.sum().item<long>(), beyond.logical_and(difference.Changed).sum().item<long>(), difference.Relative.amax().item<float>())));
            }
        }
    }

    private static Suspicion Told(List<(string How, Disagreement Found)> found, long points, Location where)
    {
        var said = string.Join("; ", found.Select(pair => FormattableString.Invariant(
            $"{pair.How} at {pair.Found.Points} (by up to {pair.Found.Most:P1} of the logits, another class at {pair.Found.Classes})")));
        return new(
            new Finding("RG1134", found.Any(pair => pair.Found.Classes > 0) ? Severity.Error : Severity.Warning, where,
                $"the model can tell how it is asked. Of {points} points it answers otherwise {said}. So attacks were run against other answers than a deployment gets, and the robust count says nothing about those."),
            $"it answers otherwise {string.Join(", or ", found.Select(pair => pair.How))}", Decisive: true);
    }

    /// <summary>(n, K): as a search asks, in batches that are never full.</summary>
    private Tensor Searched(Tensor points) => model.Fitting(() =>
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        var parts = new List<Tensor>();
        var size = Math.Max(1, model.BatchSize / 2);
        for (var start = 0L; start < points.shape[0]; start += size)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(size, points.shape[0] - start);
            var batch = model.Pad(points.narrow(0, start, count)).detach().requires_grad_();
            parts.Add(Mean(model.Classifier, batch).detach().narrow(0, 0, count).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    });

    /// <summary>(n, K): one by one, the last first.</summary>
    private Tensor Alone(Classifier classifier, Tensor points)
    {
        using var scope = NewDisposeScope();
        var rows = new Tensor[points.shape[0]];
        for (var row = rows.Length - 1; row >= 0; row--)
        {
            rows[row] = Mean(classifier, points.narrow(0, row, 1).clone());
        }

        return cat(rows, 0).MoveToOuterDisposeScope();
    }

    private Tensor Mean(Classifier classifier, Tensor batch)
    {
        using var scope = NewDisposeScope();
        var sum = classifier.Logits(batch);
        for (var draw = 1; draw < model.Draws; draw++)
        {
            sum = sum + classifier.Logits(batch);
        }

        return (sum / model.Draws).MoveToOuterDisposeScope();
    }

    /// <summary>(n) each: how far two answers differ, as a share of the logits' magnitude, and whether in class.</summary>
    private static (Tensor Relative, Tensor Changed) Difference(Tensor asked, Tensor plain)
    {
        var scale = Lp.Of(plain, Norm.Linf);
        scale = maximum(scale, scale.mean() / 10).clamp_min(1e-30);
        return (Lp.Of(asked - plain, Norm.Linf) / scale, asked.argmax(1).ne(plain.argmax(1)));
    }

    private sealed record Disagreement(long Points, long Classes, float Most);
}
