using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>
/// GridSample over two spatial dimensions, by gathering neighbours and weighting them. The engine's own version has no
/// second derivative, and asking it for one ends the process.
/// </summary>
internal static class GridSampling
{
    /// <summary>Coefficient of the cubic kernel that the specification fixes.</summary>
    private const double CubicA = -0.75;

    public static readonly Operator[] Table =
    [
        Op("GridSample", 16, call => Sample(call)),
    ];

    private static Tensor Sample(Call call)
    {
        var (x, grid) = (call.X, call.Tensor(1));
        if (x.dim() != 4 || grid.dim() != 4 || grid.shape[3] != 2 || grid.shape[0] != x.shape[0])
        {
            throw new UnsupportedException($"a grid of [{string.Join(", ", grid.shape)}] over [{string.Join(", ", x.shape)}]");
        }

        var border = new Border(call.Attributes.Text("padding_mode", "zeros"), call.Attributes.Flag("align_corners"));
        var across = border.Unnormalised(grid.select(3, 0), x.shape[3]);
        var down = border.Unnormalised(grid.select(3, 1), x.shape[2]);
        Func<Tensor, List<(Tensor, Tensor)>> taps = call.Attributes.Text("mode", "linear") switch
        {
            "nearest" => Nearest,
            "bilinear" or "linear" => Linear,
            "bicubic" or "cubic" => Cubic,
            var mode => throw new UnsupportedException($"mode = {mode}"),
        };
        if (call.Attributes.Text("mode", "linear") is not ("bicubic" or "cubic"))
        {
            (across, down) = (border.Reflected(across, x.shape[3]), border.Reflected(down, x.shape[2]));
        }

        var flat = x.flatten(2);
        Tensor? sum = null;
        foreach (var (row, rowWeight) in taps(down))
        {
            foreach (var (column, columnWeight) in taps(across))
            {
                var term = Pixels(flat, x.shape, row, column, border) * (rowWeight * columnWeight).unsqueeze(1);
                sum = sum is null ? term : sum + term;
            }
        }

        return sum!;
    }

    /// <summary>(N, C, H, W) read at whole rows and columns (N, h, w) → (N, C, h, w).</summary>
    private static Tensor Pixels(Tensor flat, long[] shape, Tensor row, Tensor column, Border border)
    {
        var (height, width) = (shape[2], shape[3]);
        (row, column) = (border.Reflected(row, height), border.Reflected(column, width));
        var inside = row.ge(0) & row.le(height - 1) & column.ge(0) & column.le(width - 1);
        var place = row.clamp(0, height - 1).round().to_type(ScalarType.Int64) * width
            + column.clamp(0, width - 1).round().to_type(ScalarType.Int64);
        var index = place.flatten(1).unsqueeze(1).expand(flat.shape[0], flat.shape[1], -1);
        var pixels = flat.gather(2, index).reshape([shape[0], shape[1], .. row.shape[1..]]);
        return pixels * inside.unsqueeze(1).to_type(flat.dtype);
    }

    private static List<(Tensor Index, Tensor Weight)> Nearest(Tensor place) =>
        [(place.detach().round(), ones_like(place))];

    private static List<(Tensor Index, Tensor Weight)> Linear(Tensor place)
    {
        var low = place.detach().floor();
        return [(low, 1 - (place - low)), (low + 1, place - low)];
    }

    private static List<(Tensor Index, Tensor Weight)> Cubic(Tensor place)
    {
        var low = place.detach().floor();
        var t = place - low;
        return
        [
            (low - 1, Outer(t + 1)),
            (low, Inner(t)),
            (low + 1, Inner(1 - t)),
            (low + 2, Outer(2 - t)),
        ];
    }

    private static Tensor Inner(Tensor t) => ((CubicA + 2) * t - (CubicA + 3)) * t * t + 1;

    private static Tensor Outer(Tensor t) => ((CubicA * t - 5 * CubicA) * t + 8 * CubicA) * t - 4 * CubicA;

    /// <summary>What lies outside the image.</summary>
    /// <param name="Mode">zeros, border or reflection.</param>
    /// <param name="AlignCorners">Whether −1 and 1 are the centres of the outermost pixels, not their outer edges.</param>
    private sealed record Border(string Mode, bool AlignCorners)
    {
        public Tensor Unnormalised(Tensor grid, long size) =>
            AlignCorners ? (grid + 1) * ((size - 1) / 2.0) : ((grid + 1) * size - 1) / 2;

        /// <summary>Coordinates brought into the image, unless outside means zero.</summary>
        public Tensor Reflected(Tensor place, long size)
        {
            switch (Mode)
            {
                case "zeros":
                    return place;
                case "border":
                    return place.clamp(0, size - 1);
                case "reflection":
                    var (low, span) = AlignCorners ? (0.0, size - 1.0) : (-0.5, (double)size);
                    if (span == 0)
                    {
                        return zeros_like(place);
                    }

                    var distance = Arithmetic.Magnitude(place - low);
                    var turns = (distance.detach() / span).floor();
                    var rest = distance - turns * span;
                    var mirrored = where(turns.remainder(2).eq(0), rest + low, span - rest + low);
                    return mirrored.clamp(0, size - 1);
                default:
                    throw new UnsupportedException($"padding_mode = {Mode}");
            }
        }
    }
}
