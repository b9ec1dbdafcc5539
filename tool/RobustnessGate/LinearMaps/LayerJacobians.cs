using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>
/// The Jacobians of a network's activations and logits with respect to one input, each by the fewest passes. Units that see
/// a window of the image: pixels that no unit sees together change together, as many passes as a window has pixels, and
/// products need the windows alone (Curtis, Powell and Reid 1974, "On the estimation of sparse Jacobian matrices"). Few
/// units: a pass back for each.
/// </summary>
internal sealed class LayerJacobians
{
    /// <summary>Changes at a time: as many as stay in the processor's cache.</summary>
    private const int Together = 32;

    private readonly StageGraph _graph;
    private readonly long[] _shape;
    private readonly List<(int Link, Field? Field)> _layers = [];

    private LayerJacobians(StageGraph graph, long[] shape) => (_graph, _shape) = (graph, shape);

    /// <param name="graph">After its forward pass.</param>
    /// <param name="shape">Of its input.</param>
    /// <returns>Null where a change of each feature by itself costs less.</returns>
    public static LayerJacobians? Of(StageGraph graph, long[] shape)
    {
        var all = new LayerJacobians(graph, shape);
        var fields = graph.Fields(shape.Length == 4);
        var features = shape.Aggregate(1L, (a, b) => a * b);
        var rows = graph.Links[^1].Stage.Output.shape[1];
        for (var i = 0; i < graph.Links.Count; i++)
        {
            if (!graph.Links[i].Stage.Curved)
            {
                continue;
            }

            if (graph.Links[i].Stage is not CurveStage stage)
            {
                return null;
            }

            var colours = fields[i + 1] is { } field ? shape[1] * field.Rows.Colours(shape[2]) * field.Columns.Colours(shape[3]) : long.MaxValue;
            var units = stage.Output.numel();
            rows += Math.Min(colours, units);
            all._layers.Add((i, colours < units ? fields[i + 1] : null));
        }

        // By columns each feature makes a pass forward, and one back for every function.
        return rows <= 2 * features ? all : null;
    }

    /// <param name="hessians">Of each function, (d + 1, d + 1): the last row and column take what lies outside the image.</param>
    /// <param name="curvatures">Of each function, (K, K).</param>
    /// <param name="bend">Link and function → the second derivative times the function's gradient, of each unit.</param>
    public void Add(Tensor[] hessians, Tensor[] curvatures, Func<int, int, Tensor> bend)
    {
        var logits = Rows(_graph.Links.Count);
        for (var f = 0; f < hessians.Length; f++)
        {
            Inner(hessians[f]).add_(logits.t().mm(curvatures[f].mm(logits)));
        }

        foreach (var (link, field) in _layers)
        {
            using var scope = NewDisposeScope();
            var bends = Enumerable.Range(0, hessians.Length).Select(f => bend(link, f)).ToArray();
            var source = _graph.Links[link].Sources[0];
            if (field is null)
            {
                var rows = Rows(source);
                foreach (var (hessian, one) in hessians.Zip(bends))
                {
                    Inner(hessian).add_(rows.t().mm(one.reshape(-1, 1) * rows));
                }
            }
            else
            {
                AddWindows(hessians, bends, source, field);
            }
        }
    }

    private static Tensor Inner(Tensor hessian) => hessian.narrow(0, 0, hessian.shape[0] - 1).narrow(1, 0, hessian.shape[1] - 1);

    /// <summary>The Jacobian of all units of a value, by a pass back for each: (n, d).</summary>
    private Tensor Rows(int value)
    {
        using var scope = NewDisposeScope();
        var output = _graph.Links[value - 1].Stage.Output;
        var units = output.numel();
        var all = eye(units, dtype: output.dtype, device: output.device).reshape([units, .. output.shape[1..]]);
        var rows = new List<Tensor>();
        for (var start = 0L; start < units; start += Together)
        {
            using var block = NewDisposeScope();
            var back = new Tensor?[value + 1];
            back[value] = all.narrow(0, start, Math.Min(Together, units - start));
            rows.Add(_graph.Pull(back, _ => null)!.flatten(1).MoveToOuterDisposeScope());
        }

        return cat(rows, 0).MoveToOuterDisposeScope();
    }

    private void AddWindows(Tensor[] hessians, Tensor[] bends, int value, Field field)
    {
        var output = _graph.Links[value - 1].Stage.Output;
        var (channels, rows, columns) = (output.shape[1], output.shape[2], output.shape[3]);
        var coloured = Coloured(field, output);
        // (positions, channels, colours): of each place its units, and what they see.
        var windows = empty(rows * columns, channels, coloured.shape[0], dtype: output.dtype, device: output.device);
        for (var start = 0L; start < coloured.shape[0]; start += Together)
        {
            using var block = NewDisposeScope();
            var count = Math.Min(Together, coloured.shape[0] - start);
            var changes = _graph.Push(coloured.narrow(0, start, count), until: value)[value];
            windows.narrow(2, start, count).copy_(changes.permute(2, 3, 1, 0).reshape(rows * columns, channels, count));
        }

        var places = Places(field, rows, columns, output.device);
        var features = hessians[0].shape[0] - 1;
        if (output.numel() * features <= places.numel() * places.shape[1])
        {
            // (positions, channels, d).
            var jacobian = zeros(rows * columns, channels, features + 1, dtype: output.dtype, device: output.device)
                .scatter_(2, places.unsqueeze(1).expand(-1, channels, -1), windows).narrow(2, 0, features);
            AddBands(hessians, bends, jacobian.reshape([rows, columns * channels, .. _shape[1..]]), field.Rows);
            return;
        }

        var entries = ((places.unsqueeze(2) * (features + 1)) + places.unsqueeze(1)).flatten();
        foreach (var (hessian, bend) in hessians.Zip(bends))
        {
            var weighted = windows * bend.reshape(channels, rows * columns).t().unsqueeze(2);
            hessian.view(-1).index_add_(0, entries, windows.transpose(1, 2).bmm(weighted).flatten(), 1);
        }
    }

    /// <summary>Units in a row of positions see the same rows of the image, and their products need no other.</summary>
    /// <param name="jacobian">(rows, units of a row, C, H, W).</param>
    private void AddBands(Tensor[] hessians, Tensor[] bends, Tensor jacobian, Field.Span span)
    {
        var rows = jacobian.shape[0];
        long[] weights = [bends[0].shape[1], rows, -1];
        for (var row = 0L; row < rows; row++)
        {
            using var scope = NewDisposeScope();
            var first = Math.Clamp(span.Start + (row * span.Jump), 0, _shape[2]);
            var count = Math.Clamp(span.Start + (row * span.Jump) + span.Size, 0, _shape[2]) - first;
            if (count == 0)
            {
                continue;
            }

            var band = jacobian[row].narrow(2, first, count).flatten(1).contiguous();
            foreach (var (hessian, bend) in hessians.Zip(bends))
            {
                // (columns, channels), as the units lie.
                var weight = bend.reshape(weights).select(1, row).t().reshape(-1, 1);
                var product = band.t().mm(weight * band).reshape(_shape[1], count, _shape[3], _shape[1], count, _shape[3]);
                hessian.as_strided(
                    product.shape, Strides(hessian, first, out var offset), offset).add_(product);
            }
        }
    }

    /// <summary>Strides of a Hessian's block of some rows of the image, (C, rows, W, C, rows, W), and where it begins.</summary>
    private long[] Strides(Tensor hessian, long first, out long offset)
    {
        var (side, plane, width) = (hessian.shape[1], _shape[2] * _shape[3], _shape[3]);
        offset = first * width * (side + 1);
        return [plane * side, width * side, side, plane, width, 1];
    }

    /// <summary>(colours, C, H, W): each one where a pixel has that colour.</summary>
    private Tensor Coloured(Field field, Tensor like)
    {
        var (down, across) = (field.Rows.Colours(_shape[2]), field.Columns.Colours(_shape[3]));
        var rows = Membership(_shape[2], down);
        var columns = Membership(_shape[3], across);
        var plane = rows.reshape(down, 1, _shape[2], 1) * columns.reshape(1, across, 1, _shape[3]);
        var channels = eye(_shape[1], dtype: like.dtype, device: like.device).reshape(_shape[1], 1, _shape[1], 1, 1);
        return (channels * plane.reshape(1, down * across, 1, _shape[2], _shape[3])).flatten(0, 1);

        // (colours, length).
        Tensor Membership(long length, long colours) => nn.functional.one_hot(arange(length, device: like.device) % colours, colours).to(like.dtype).t();
    }

    /// <summary>(positions, colours): the feature that has each colour where a position looks; d where that is outside the image.</summary>
    private Tensor Places(Field field, long rows, long columns, Device device)
    {
        var (height, width) = (_shape[2], _shape[3]);
        var down = Along(field.Rows, rows, height);
        var across = Along(field.Columns, columns, width);
        var (y, x) = (down.reshape(rows, 1, -1, 1), across.reshape(1, columns, 1, -1));
        var inside = y.ge(0).logical_and(y.lt(height)).logical_and(x.ge(0)).logical_and(x.lt(width)).reshape(rows * columns, 1, -1);
        var plane = ((y * width) + x).reshape(rows * columns, 1, -1);
        var channel = (arange(_shape[1], device: device) * (height * width)).reshape(1, -1, 1);
        var outside = full([], _shape[1] * height * width, dtype: ScalarType.Int64, device: device);
        return where(inside, plane + channel, outside).flatten(1);

        Tensor Along(Field.Span span, long units, long length) => tensor(
            Enumerable.Range(0, (int)units).SelectMany(unit => span.Places(unit, length)).ToArray(), device: device).reshape(units, -1);
    }
}
