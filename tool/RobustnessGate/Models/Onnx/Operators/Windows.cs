namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Sliding windows over the spatial dimensions of a convolution or a pooling: sizes and paddings.</summary>
internal sealed record Windows(long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End, long[] Output)
{
    public int Rank => Kernel.Length;

    public bool IsSymmetric => Begin.AsSpan().SequenceEqual(End);

    public bool HasPadding => Begin.Concat(End).Any(pad => pad != 0);

    /// <summary>Whether the padding at the end was stretched so that a last, partial window fits.</summary>
    public bool IsStretched { get; private init; }

    /// <summary>Reads kernel, strides, dilations, pads, auto_pad and ceil_mode, and derives the output size.</summary>
    /// <param name="spatial">Sizes of the input without batch and channels.</param>
    /// <exception cref="UnsupportedException">Attributes that contradict the input.</exception>
    public static Windows Of(Attributes attributes, long[] spatial, long[]? kernel = null)
    {
        var rank = spatial.Length;
        kernel ??= attributes.Ints("kernel_shape") ?? throw new UnsupportedException("kernel_shape is missing");
        var strides = attributes.Ints("strides") ?? Ones(rank);
        var dilations = attributes.Ints("dilations") ?? Ones(rank);
        var pads = attributes.Ints("pads") ?? new long[2 * rank];
        if (kernel.Length != rank || strides.Length != rank || dilations.Length != rank || pads.Length != 2 * rank
            || kernel.Concat(strides).Concat(dilations).Any(value => value is < 1 or > int.MaxValue)
            || pads.Any(value => value is < 0 or > int.MaxValue))
        {
            throw new UnsupportedException($"kernel, strides, dilations or pads do not fit {rank} spatial dimensions");
        }

        var begin = pads[..rank];
        var end = pads[rank..];
        var output = new long[rank];
        var ceil = attributes.Flag("ceil_mode");
        var stretched = false;
        for (var i = 0; i < rank; i++)
        {
            var extent = (kernel[i] - 1) * dilations[i] + 1;
            Pad(attributes.Text("auto_pad", "NOTSET"), spatial[i], extent, strides[i], ref begin[i], ref end[i]);
            var room = spatial[i] + begin[i] + end[i] - extent;
            if (room < 0)
            {
                throw new UnsupportedException($"a window of {extent} over {spatial[i]} elements");
            }

            output[i] = room / strides[i] + 1;
            // A partial window counts only if it starts inside the input or its padding at the beginning.
            if (ceil && room % strides[i] != 0 && output[i] * strides[i] < spatial[i] + begin[i])
            {
                end[i] += strides[i] - room % strides[i];
                output[i]++;
                stretched = true;
            }
        }

        return new Windows(kernel, strides, dilations, begin, end, output) { IsStretched = stretched };
    }

    /// <summary>Padding as the engine wants it: last dimension first, begin and end in turn.</summary>
    public long[] Padding() => [.. Enumerable.Range(0, Rank).Reverse().SelectMany(i => new[] { Begin[i], End[i] })];

    private static void Pad(string mode, long size, long extent, long stride, ref long begin, ref long end)
    {
        switch (mode)
        {
            case "NOTSET" or "":
                return;
            case "VALID":
                (begin, end) = (0, 0);
                return;
            case "SAME_UPPER" or "SAME_LOWER":
                var total = Math.Max(0, ((size + stride - 1) / stride - 1) * stride + extent - size);
                (begin, end) = mode == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2);
                return;
            default:
                throw new UnsupportedException($"auto_pad {mode}");
        }
    }

    public static long[] Ones(int rank)
    {
        var ones = new long[rank];
        Array.Fill(ones, 1);
        return ones;
    }
}
