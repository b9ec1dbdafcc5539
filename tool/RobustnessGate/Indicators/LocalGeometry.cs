using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>A competitor of the true class t at a point.</summary>
/// <param name="Lead">Z_t − Z_class: negative where the class leads.</param>
/// <param name="L1">‖∇(Z_t − Z_class)‖₁, in raw input units; likewise the others.</param>
internal readonly record struct Rival(int Class, double Lead, double L1, double L2, double Linf)
{
    /// <summary>The norm of the gradient that perturbations of a norm act along.</summary>
    public double Slope(Norm norm) => Lp.Dual(norm) switch { Norm.L1 => L1, Norm.L2 => L2, _ => Linf };
}

/// <summary>The network at one point, in float64 where the format allows it.</summary>
/// <param name="Point">(1, …) in raw input units.</param>
/// <param name="Logits">(K).</param>
/// <param name="Classes">The classes of <paramref name="Rows"/>: all, or of many the true one and the likeliest.</param>
/// <param name="Rows">(k, d): ∂Z/∂x of these classes.</param>
/// <param name="Rivals">All competitors at a sample; at a jittered point of a network with many classes those of <paramref name="Classes"/>.</param>
/// <param name="Label">t, the true class.</param>
/// <param name="Gradient">(d): J = ∂L/∂x.</param>
/// <param name="Margin">L.</param>
internal sealed record LocalGeometry(
    Tensor Point, Tensor Logits, int[] Classes, Tensor Rows, IReadOnlyList<Rival> Rivals, int Label, Tensor Gradient, double Margin)
{
    /// <summary>Up to so many classes, all gradients of a point are kept.</summary>
    public const int MostClasses = 64;

    /// <summary>Of more classes so many of the likeliest are.</summary>
    private const int Likeliest = 32;

    /// <summary>K.</summary>
    public int ClassCount => (int)Logits.shape[0];

    /// <summary>d: number of features of the input.</summary>
    public long Dimension => Rows.shape[1];

    /// <summary>Gradients looked at and let go together.</summary>
    private const int Together = 16;

    /// <summary>Looks around several points, the first of which is the sample.</summary>
    /// <param name="logits">(n, …) → (n, K), differentiable.</param>
    /// <param name="points">(P, …).</param>
    /// <param name="label">t.</param>
    /// <param name="batch">Most rows of one pass.</param>
    public static LocalGeometry[] At(Func<Tensor, Tensor> logits, Tensor points, int label, int batch)
    {
        using var scope = NewDisposeScope();
        var found = new List<LocalGeometry>();
        for (var start = 0L; start < points.shape[0]; start += batch)
        {
            found.AddRange(At(logits, points.narrow(0, start, Math.Min(batch, points.shape[0] - start)), label, sampleFirst: start == 0));
        }

        return [.. found.Select(at => at with
        {
            Point = at.Point.MoveToOuterDisposeScope(), Logits = at.Logits.MoveToOuterDisposeScope(),
            Rows = at.Rows.MoveToOuterDisposeScope(), Gradient = at.Gradient.MoveToOuterDisposeScope(),
        })];
    }

    private static LocalGeometry[] At(Func<Tensor, Tensor> logits, Tensor points, int label, bool sampleFirst)
    {
        using var scope = NewDisposeScope();
        var network = new LogitJacobian(logits, points);
        var count = (int)points.shape[0];
        var z = Enumerable.Range(0, count).Select(i => Doubles(network.Logits[i])).ToArray();
        var kept = z.Select(values => Kept(values, label)).ToArray();
        int[] any = [.. kept.SelectMany(classes => classes).Distinct().Order()];
        var rows = network.Rows(any);
        var found = new LocalGeometry[count];
        for (var i = 0; i < count; i++)
        {
            var index = tensor(kept[i].Select(c => (long)Array.IndexOf(any, c)).ToArray(), device: rows.device);
            var own = rows[i].index_select(0, index);
            var gradient = own[Array.IndexOf(kept[i], label)];
            var rivals = Norms(kept[i], own, gradient, z[i], label);
            // Of many classes most gradients are looked at and let go: a thousand of a photograph would fill the memory.
            foreach (var some in i == 0 && sampleFirst ? Enumerable.Range(0, z[i].Length).Except(kept[i]).Chunk(Together) : [])
            {
                using var pass = NewDisposeScope();
                rivals.AddRange(Norms(some, network.Rows(some)[0], gradient, z[i], label));
            }

            var order = rivals.OrderBy(rival => rival.Class).ToArray();
            // The first of equals, as where logits tie.
            var runnerUp = order.MinBy(rival => rival.Lead).Class;
            found[i] = new LocalGeometry(
                points.narrow(0, i, 1).MoveToOuterDisposeScope(), network.Logits[i].clone().MoveToOuterDisposeScope(), kept[i],
                own.MoveToOuterDisposeScope(), order, label, (gradient - own[Array.IndexOf(kept[i], runnerUp)]).MoveToOuterDisposeScope(),
                z[i][label] - z[i][runnerUp]);
        }

        return found;
    }

    private static List<Rival> Norms(int[] classes, Tensor rows, Tensor own, double[] z, int label)
    {
        using var scope = NewDisposeScope();
        var differences = own - rows;
        var magnitudes = differences.abs();
        var l1 = Doubles(magnitudes.sum(1));
        var l2 = Doubles(differences.norm(1, false, 2));
        var linf = Doubles(magnitudes.amax(1));
        return [.. classes.Select((c, i) => new Rival(c, z[label] - z[c], l1[i], l2[i], linf[i])).Where(rival => rival.Class != label)];
    }

    /// <summary>Classes whose gradients are kept, ascending: the true one and the likeliest, among them the runner-up.</summary>
    private static int[] Kept(Tensor values, int label)
    {
        var z = Doubles(values);
        var all = Enumerable.Range(0, z.Length);
        return z.Length <= MostClasses
            ? [.. all]
            : [.. all.OrderByDescending(c => z[c]).ThenBy(c => c).Take(Likeliest).Append(label).Distinct().Order()];
    }

    private static double[] Doubles(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.to(ScalarType.Float64).cpu().data<double>().ToArray();
    }
}
