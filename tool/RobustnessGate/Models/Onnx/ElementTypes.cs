using RobustnessGate.Models.Onnx.Proto;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>ONNX element types and their native counterparts.</summary>
internal static class ElementTypes
{
    /// <exception cref="UnsupportedException">A type that the engine lacks.</exception>
    public static ScalarType Native(int onnxType) => (TensorProto.Types.DataType)onnxType switch
    {
        TensorProto.Types.DataType.Float => ScalarType.Float32,
        TensorProto.Types.DataType.Double => ScalarType.Float64,
        TensorProto.Types.DataType.Float16 => ScalarType.Float16,
        TensorProto.Types.DataType.Bfloat16 => ScalarType.BFloat16,
        TensorProto.Types.DataType.Int64 => ScalarType.Int64,
        TensorProto.Types.DataType.Int32 => ScalarType.Int32,
        TensorProto.Types.DataType.Int16 => ScalarType.Int16,
        TensorProto.Types.DataType.Int8 => ScalarType.Int8,
        TensorProto.Types.DataType.Uint8 => ScalarType.Byte,
        TensorProto.Types.DataType.Bool => ScalarType.Bool,
        _ => throw new UnsupportedException($"element type {Name(onnxType)}"),
    };

    public static bool IsFloat(ScalarType type) =>
        type is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16;

    public static bool IsFloat(int onnxType) => (TensorProto.Types.DataType)onnxType
        is TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Double
        or TensorProto.Types.DataType.Float16 or TensorProto.Types.DataType.Bfloat16;

    public static string Name(int onnxType) =>
        Enum.IsDefined((TensorProto.Types.DataType)onnxType)
            ? ((TensorProto.Types.DataType)onnxType).ToString().ToLowerInvariant()
            : FormattableString.Invariant($"number {onnxType}");

    /// <summary>Bytes an element takes in <c>raw_data</c>.</summary>
    public static int Size(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };
}
