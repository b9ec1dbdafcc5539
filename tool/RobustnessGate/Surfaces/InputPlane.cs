using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>A plane in input space: x + i·α + j·β (Eq. 1).</summary>
/// <param name="origin">(1, …): x.</param>
/// <param name="directions">(2, d): α and β.</param>
/// <param name="box">Least and greatest valid values, (1, …), to clamp points to; null to leave them as Eq. 1 gives them.</param>
internal sealed class InputPlane(Tensor origin, Tensor directions, (Tensor Low, Tensor High)? box)
{
    /// <summary>Batches whose points are made together, where they are small.</summary>
    private const long BatchesAtOnce = 8;

    /// <summary>Numbers in points that are made together: 32 MiB of float32. A single batch is made however large.</summary>
    private const long MostNumbers = 1L << 23;

    /// <summary>(n, …): the points at some coordinates.</summary>
    /// <param name="coordinates">(n, 2): i and j.</param>
    public Tensor Points(Tensor coordinates)
    {
        using var scope = NewDisposeScope();
        var shape = origin.shape;
        shape[0] = coordinates.shape[0];
        var points = origin.flatten(1).addmm(coordinates, directions).reshape(shape);
        return (box is { } valid ? points.clamp(valid.Low, valid.High) : points).MoveToOuterDisposeScope();
    }

    /// <summary>Logits at every node of a grid, with bare forward passes in the model's batches.</summary>
    /// <param name="columns">Coordinates i, ascending.</param>
    /// <param name="rows">Coordinates j, ascending.</param>
    /// <returns>(rows·columns, K): row by row from the least j.</returns>
    public Tensor Logits(BatchedModel model, double[] columns, double[] rows, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, y) = (Steps(columns), Steps(rows));
        var grid = stack([x.repeat(rows.Length), y.repeat_interleave(columns.Length)], 1);
        var parts = new List<Tensor>();
        var together = 0L;
        for (var start = 0L; start < grid.shape[0]; start += together)
        {
            cancel.ThrowIfCancellationRequested();
            using var part = NewDisposeScope();
            // Asked each time: a device without room has halved the batch.
            together = Together(model.BatchSize, directions.shape[1]);
            var some = grid.narrow(0, start, Math.Min(together, grid.shape[0] - start));
            parts.Add(model.Logits(Points(some)).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Coordinates of the nearest points of the plane (least squares), and the ℓ2 distances from it.</summary>
    /// <param name="points">(n, …).</param>
    /// <returns>(n, 2), and (n) as shares of the distances from the origin (0 at the origin itself).</returns>
    public (Tensor Coordinates, Tensor Distances) Project(Tensor points)
    {
        using var scope = NewDisposeScope();
        var basis = directions.to(ScalarType.Float64);
        var offsets = (points.to(ScalarType.Float64) - origin.to(ScalarType.Float64)).flatten(1);
        var products = offsets.mm(basis.t());
        var (aa, ab, bb) = (basis[0].dot(basis[0]), basis[0].dot(basis[1]), basis[1].dot(basis[1]));
        var determinant = (aa * bb) - (ab * ab);
        var first = ((products.select(1, 0) * bb) - (products.select(1, 1) * ab)) / determinant;
        var second = ((products.select(1, 1) * aa) - (products.select(1, 0) * ab)) / determinant;
        var coordinates = stack([first, second], 1);
        var lengths = offsets.norm(1, false, 2);
        var distances = (offsets - coordinates.mm(basis)).norm(1, false, 2) / lengths.clamp_min(1e-300);
        return (coordinates.MoveToOuterDisposeScope(), distances.masked_fill(lengths.eq(0), 0).MoveToOuterDisposeScope());
    }

    /// <summary>L at coordinates along one axis, in the precision of verdicts.</summary>
    /// <param name="axis">0 for α, 1 for β.</param>
    /// <param name="label">(1) int64: true class.</param>
    public double[] MarginsAlong(BatchedModel model, int axis, double[] steps, Tensor label)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var along = Steps(steps);
        var coordinates = stack(axis == 0 ? [along, zeros_like(along)] : [zeros_like(along), along], 1);
        var logits = model.VerdictLogits(Points(coordinates), model.Draws);
        return Margin.Of(logits, label.expand(steps.Length)).cpu().data<double>().ToArray();
    }

    /// <summary>Whole batches, so that none but the last is padded.</summary>
    internal static long Together(int batch, long features) => batch * Math.Clamp(MostNumbers / (batch * features), 1, BatchesAtOnce);

    /// <summary>Whether a step along each axis leads to another input, in the arithmetic of the plane.</summary>
    public bool Moves(double step)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var coordinates = tensor(new[] { step, 0, 0, step }, device: origin.device).reshape(2, 2).to(origin.dtype);
        var plain = new InputPlane(origin, directions, box: null);
        return plain.Points(coordinates).ne(origin).flatten(1).any(1).all().item<bool>();
    }

    private Tensor Steps(double[] values) => tensor(values, device: origin.device).to(origin.dtype);
}
