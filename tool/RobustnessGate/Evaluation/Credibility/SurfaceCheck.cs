using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>What was seen of the surface: medians over lines, each without unit.</summary>
/// <param name="Lines">How many lines were looked along.</param>
/// <param name="Foresight">Which part of its margin the gradient at a sample expects to lose on the way to the boundary; of a linear model 1.</param>
/// <param name="Cliff">Which part of its fall the margin falls within a hundredth of the way to the boundary; of a linear model 0.01.</param>
/// <param name="Across">Share of lines on which the gradient just before the boundary leads across it.</param>
/// <param name="Slopes">Cosine between the slopes that the gradient tells and those that differences show, in random directions, where it is least.</param>
internal sealed record SurfaceFacts(int Lines, double Foresight, double Cliff, double Across, double Slopes);

/// <summary>
/// Looks at the decision surface without an attack: bisects from samples to others of another class, and to noise, and asks
/// whether gradients had anything to do with where the boundary is.
/// </summary>
internal static class SurfaceCheck
{
    private const int Samples = 32;

    private const int Directions = 4;

    /// <summary>Fewer lines tell nothing.</summary>
    private const int FewestLines = 12;

    /// <summary>Share of the way before the boundary at which its gradient is asked.</summary>
    private const double Before = 0.02;

    /// <summary>Shares of the way to the boundary at which slopes are compared: a model may be right in one place alone.</summary>
    private static readonly double[] Places = [0, 0.5, 1 - Before];

    /// <summary>Of the range of inputs: lengths of differences. Rounding inside a network hides slopes at the shorter one.</summary>
    private static readonly double[] Lengths = [0.003, 0.02];

    /// <summary>In honest networks up to two thirds, and next to nothing where they are flat at samples, as those trained on adversarial examples are.</summary>
    private const double LeastForesight = -0.05;

    /// <summary>In honest networks a few hundredths.</summary>
    private const double GreatestCliff = 0.2;

    /// <summary>In honest networks all.</summary>
    private const double LeastAcross = 0.8;

    /// <summary>In honest networks from 0.86, where they are flat at samples, to 1; less where they round inside.</summary>
    private const double LeastSlopes = 0.7;

    /// <param name="model">The model.</param>
    /// <param name="samples">The data.</param>
    /// <param name="natural">Predictions on the samples.</param>
    /// <param name="plan">Gives bounds, seed and place.</param>
    /// <returns>RG1135 with what is not as in an honest network; null where all is.</returns>
    public static Suspicion? Examine(BatchedModel model, SampleTensors samples, NaturalOutcome natural, EvaluationPlan plan)
    {
        var right = natural.FirstRight(2 * Samples);
        if (plan.Model.Input.Bounds is not { } bounds || right.Length == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var facts = Look(model, samples.Load(right), [.. right.Select(sample => samples.Labels[sample])], [.. right.Select(samples.Id)], bounds, plan.Seed);
        var said = facts is null ? [] : Said(facts, plan.Model.Gradients == GradientMode.StraightThrough).ToArray();
        return said.Length == 0 ? null : new Suspicion(
            new Finding("RG1135", Severity.Warning, plan.Source.At("model.path"),
                $"the decision surface has little to do with the gradients: along {facts!.Lines} lines from samples to others of another class and to noise, {string.Join("; ", said)}. Attacks that follow gradients do not find the boundary of such a model, and their robust counts say nothing."),
            "its gradients have little to do with where its boundary is", Decisive: true);
    }

    private static IEnumerable<string> Said(SurfaceFacts facts, bool straightThrough)
    {
        if (!(facts.Foresight >= LeastForesight))
        {
            yield return FormattableString.Invariant($"the gradient at a sample expects {100 * facts.Foresight:0.0} % of the fall of the margin up to the boundary (median)");
        }

        if (!(facts.Cliff <= GreatestCliff))
        {
            yield return FormattableString.Invariant($"{100 * facts.Cliff:0} % of that fall come within the last hundredth of the way");
        }

        if (!(facts.Across >= LeastAcross))
        {
            yield return FormattableString.Invariant($"a step along the gradient just before the boundary leads across it on {100 * facts.Across:0} % of the lines");
        }

        // Gradients that pass straight through steps are meant to be others than differences show.
        if (!straightThrough && !(facts.Slopes >= LeastSlopes))
        {
            yield return FormattableString.Invariant($"slopes by the gradient and by differences have a cosine of {facts.Slopes:0.00} (median)");
        }
    }

    /// <param name="rows">(N, …): samples, all classified rightly.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="ids">Of the samples: they name what is random.</param>
    /// <param name="bounds">Of valid inputs.</param>
    public static SurfaceFacts? Look(BatchedModel model, Tensor rows, int[] labels, ulong[] ids, Bounds bounds, long seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var lines = new SurfaceLines(model);
        var count = Math.Min(Samples, labels.Length);
        ulong[] twice = [.. ids.Take(count), .. ids.Take(count)];
        var (from, to, classes, useful) = Lines(lines, rows, labels, count, bounds, Noise(rows.narrow(0, 0, count), seed, "surface end", ids));
        ulong[] names = [.. useful.Select(line => twice[line])];
        if (from.shape[0] < FewestLines)
        {
            return null;
        }

        var boundary = lines.Boundary(from, to, classes);
        var margins = lines.Margins(from, classes);
        var gradients = Graded(() => lines.Gradients(from, classes));
        var way = (to - from) * Lp.PerRow(boundary, from);
        var foresight = (gradients * way).flatten(1).sum(1).neg() / margins;
        var (above, below) = (lines.Margins(SurfaceLines.At(from, to, boundary * 0.99), classes), lines.Margins(SurfaceLines.At(from, to, boundary * 1.01), classes));
        var cliff = (above - below) / 2 / margins;
        var across = Graded(() => lines.LeadsAcross(from, to, classes, boundary, Before));
        return new(
            (int)from.shape[0], Median(foresight), Median(cliff), across.to(ScalarType.Float32).mean().item<float>(),
            Places.Min(place => Slopes(lines, SurfaceLines.At(from, to, boundary * place), classes, bounds, seed, names)));
    }

    /// <summary>From samples to the nearest one of another class, and to noise.</summary>
    private static (Tensor From, Tensor To, Tensor Classes, long[] Useful) Lines(
        SurfaceLines lines, Tensor rows, int[] labels, int count, Bounds bounds, Tensor noise)
    {
        var all = tensor(labels.Select(label => (long)label).ToArray(), device: rows.device);
        var (from, classes) = (rows.narrow(0, 0, count), all.narrow(0, 0, count));
        var distances = cdist(from.flatten(1), rows.flatten(1));
        var others = distances.masked_fill(classes.unsqueeze(1).eq(all.unsqueeze(0)), double.PositiveInfinity);
        var nearest = rows.index_select(0, others.argmin(1));
        var random = noise.mul(bounds.Range / 2).add(bounds.Low + (bounds.Range / 2));
        var (twice, ends, same) = (cat([from, from], 0), cat([nearest, random], 0), cat([classes, classes], 0));
        var useful = lines.Margins(ends, same).lt(0).logical_and(lines.Margins(twice, same).gt(0)).nonzero().flatten();
        return (twice.index_select(0, useful), ends.index_select(0, useful), same.index_select(0, useful), useful.cpu().data<long>().ToArray());
    }

    /// <summary>The better of both lengths: rounding hides slopes at one, curvature at the other.</summary>
    private static double Slopes(SurfaceLines lines, Tensor points, Tensor classes, Bounds bounds, long seed, ulong[] ids)
    {
        var best = double.NegativeInfinity;
        foreach (var length in Lengths)
        {
            using var scope = NewDisposeScope();
            var step = length * bounds.Range;
            var middle = points.clamp(bounds.Low + step, bounds.High - step);
            var gradients = Graded(() => lines.Gradients(middle, classes));
            var (told, shown) = (new List<Tensor>(), new List<Tensor>());
            for (var direction = 0; direction < Directions; direction++)
            {
                var way = Noise(middle, seed, FormattableString.Invariant($"surface direction {direction}"), ids).sign() * step;
                told.Add((gradients * way).flatten(1).sum(1));
                shown.Add((lines.Margins(middle + way, classes) - lines.Margins(middle - way, classes)) / 2);
            }

            var (a, b) = (stack(told, 1), stack(shown, 1));
            var cosine = (a * b).sum(1) / (Lp.Of(a, Norm.L2) * Lp.Of(b, Norm.L2)).clamp_min(1e-30);
            best = Math.Max(best, Median(cosine));
        }

        return best;
    }

    /// <summary>(n, …) uniform in [−1, 1], of each row's own name.</summary>
    private static Tensor Noise(Tensor like, long seed, string purpose, ulong[] ids)
    {
        var values = new float[like.numel()];
        var size = values.Length / Math.Max(1, ids.Length);
        for (var row = 0; row < ids.Length; row++)
        {
            var random = CounterRandom.For(seed, purpose, ids[row]);
            foreach (ref var value in values.AsSpan(row * size, size))
            {
                value = (2 * random.NextSingle()) - 1;
            }
        }

        return tensor(values, device: like.device).reshape(like.shape);
    }

    private static Tensor Graded(Func<Tensor> work)
    {
        using var recording = enable_grad();
        return work();
    }

    private static double Median(Tensor values) => values.nan_to_num().median().item<float>();
}
