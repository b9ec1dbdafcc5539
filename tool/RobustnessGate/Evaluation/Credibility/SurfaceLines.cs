using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// The decision surface along lines from samples to points of other classes: what classes alone tell (where the boundary
/// is), and what gradients said of it beforehand.
/// </summary>
/// <param name="model">Asked as an attack asks it.</param>
internal sealed class SurfaceLines(BatchedModel model)
{
    /// <summary>Halvings of a line: what is left of it is a millionth.</summary>
    private const int Halvings = 20;

    /// <summary>(n): Z_t − max_{i≠t} Z_i at each point.</summary>
    /// <param name="points">(n, …) float32.</param>
    /// <param name="classes">(n) int64: t.</param>
    public Tensor Margins(Tensor points, Tensor classes)
    {
        using var scope = NewDisposeScope();
        return Margin.Of(model.Logits(points), classes).MoveToOuterDisposeScope();
    }

    /// <summary>(n, …): the margin's gradient at each point, the mean over the draws of a random model; zero where it is no number.</summary>
    public Tensor Gradients(Tensor points, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var slice in model.Slices(points.shape[0]))
        {
            using var part = NewDisposeScope();
            var batch = model.Pad(slice.Of(points)).detach().requires_grad_();
            var sum = zeros_like(batch);
            for (var draw = 0; draw < model.Draws; draw++)
            {
                var margins = Margin.Of(model.Forward(batch).narrow(0, 0, slice.Count), slice.Of(classes));
                sum = sum + InputGradient.Of(margins.sum(), batch);
            }

            parts.Add((sum / model.Draws).narrow(0, 0, slice.Count).nan_to_num().MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <summary>(n): the share of each line at which the class is lost for the first time that bisection sees.</summary>
    /// <param name="from">(n, …): points of the class.</param>
    /// <param name="to">(n, …): points of another.</param>
    /// <param name="classes">(n) int64.</param>
    public Tensor Boundary(Tensor from, Tensor to, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var (low, high) = (zeros(from.shape[0], device: from.device), ones(from.shape[0], device: from.device));
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            var kept = Margins(At(from, to, middle), classes).gt(0);
            low = where(kept, middle, low);
            high = where(kept, high, middle);
        }

        return low.MoveToOuterDisposeScope();
    }

    /// <summary>(n, …): the point at a share of each line.</summary>
    public static Tensor At(Tensor from, Tensor to, Tensor share)
    {
        using var scope = NewDisposeScope();
        return (from + ((to - from) * Lp.PerRow(share, from))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (n) bool: whether one step down the gradient, from a point just before the boundary, leads at least half as far down
    /// as the line itself does in a step of the same length, which ends as far behind the boundary. Of the steepest direction
    /// this is little to ask.
    /// </summary>
    /// <param name="from">(n, …).</param>
    /// <param name="to">(n, …).</param>
    /// <param name="classes">(n) int64.</param>
    /// <param name="boundary">As <see cref="Boundary"/>.</param>
    /// <param name="share">How far before the boundary, as a share of the way to it.</param>
    public Tensor LeadsAcross(Tensor from, Tensor to, Tensor classes, Tensor boundary, double share)
    {
        using var scope = NewDisposeScope();
        var before = At(from, to, boundary * (1 - share));
        var line = (to - from) * Lp.PerRow(boundary * (2 * share), from);
        var length = Lp.Of(line, Norm.L2);
        var step = Lp.SteepestAscent(Gradients(before, classes), Norm.L2) * Lp.PerRow(length, from);
        var (here, along, down) = (Margins(before, classes), Margins(before + line, classes), Margins(before - step, classes));
        return (here - down).ge((here - along) / 2).MoveToOuterDisposeScope();
    }
}
