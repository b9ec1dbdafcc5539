using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>
/// Quantisation to 8 bits and back. Rounding lets no gradient through; a straight-through run pretends that it is the
/// identity within the range of the integer type.
/// </summary>
internal static class Quantizers
{
    public static readonly Operator[] Table =
    [
        Op("QuantizeLinear", 10, Quantize) with { Refuses = RefuseType, ZeroGradient = _ => true, HasStraightThrough = true },
        Op("DequantizeLinear", 10, call => Dequantize(call)),
        Ops("DynamicQuantizeLinear", 11, DynamicQuantize) with { ZeroGradient = _ => true, HasStraightThrough = true },
    ];

    private static string? RefuseType(OnnxNode node) =>
        node.Attributes.Int("output_dtype", 0) is not 0 and var type ? Constants.RefuseType((int)type) : null;

    private static Value Quantize(Call call)
    {
        var x = call.X;
        var scale = Laid(call, call.Tensor(1), x);
        var type = call.Has(2) ? call.Input(2).Type
            : call.Attributes.Int("output_dtype", 0) is not 0 and var given ? ElementTypes.Native((int)given)
            : ScalarType.Byte;
        var zero = call.Has(2) ? Laid(call, call.Tensor(2).to_type(x.dtype), x) : zeros(1, dtype: x.dtype, device: x.device);
        var (low, high) = Limits(type);
        var levels = (Arithmetic.Stepped(x / scale, call.Mode, value => value.round()) + zero).clamp(low, high);
        return call.Mode.StraightThrough ? levels : levels.to_type(type);
    }

    private static Tensor Dequantize(Call call)
    {
        var x = call.X;
        var scale = Laid(call, call.Tensor(1), x);
        var levels = x.to_type(scale.dtype);
        return (call.Has(2) ? levels - Laid(call, call.Tensor(2).to_type(scale.dtype), x) : levels) * scale;
    }

    /// <summary>A scale or zero point for the whole tensor, for each slice along an axis, or for each block of one.</summary>
    private static Tensor Laid(Call call, Tensor values, Tensor x)
    {
        if (values.numel() == 1 || values.dim() == 0)
        {
            return values.reshape(Array.Empty<long>());
        }

        var axis = Call.Axis(call.Attributes.Int("axis", 1), x.dim());
        if (values.dim() == 1)
        {
            return values.reshape([.. Enumerable.Range(0, (int)x.dim()).Select(i => i == axis ? -1L : 1L)]);
        }

        var block = call.Attributes.Int("block_size", 0);
        return block > 0
            ? values.repeat_interleave(block, axis).narrow(axis, 0, x.shape[axis])
            : throw new UnsupportedException("a scale with several dimensions but no block_size");
    }

    /// <summary>Scale and zero point from the data's own range, which is made to hold 0.</summary>
    private static Value[] DynamicQuantize(Call call)
    {
        var x = call.X;
        var zero = zeros_like(x.reshape(-1).narrow(0, 0, 1)).reshape(Array.Empty<long>());
        var low = minimum(x.amin(AllOf(x)), zero);
        var high = maximum(x.amax(AllOf(x)), zero);
        var scale = (high - low) / 255;
        scale = where(scale.eq(0), ones_like(scale), scale);
        var point = Arithmetic.Stepped((-low / scale).clamp(0, 255), call.Mode, value => value.round());
        var levels = (Arithmetic.Stepped(x / scale, call.Mode, value => value.round()) + point).clamp(0, 255);
        return call.Mode.StraightThrough
            ? [levels, scale, point]
            : [levels.to_type(ScalarType.Byte), scale, point.to_type(ScalarType.Byte)];
    }

    private static long[] AllOf(Tensor x) => [.. Enumerable.Range(0, (int)x.dim()).Select(i => (long)i)];

    private static (double Low, double High) Limits(ScalarType type) => type switch
    {
        ScalarType.Byte => (0, 255),
        ScalarType.Int8 => (-128, 127),
        ScalarType.Int16 => (short.MinValue, short.MaxValue),
        _ => throw new UnsupportedException($"quantisation to {type}"),
    };
}
