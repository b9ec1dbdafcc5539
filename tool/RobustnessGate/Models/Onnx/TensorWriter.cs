using Google.Protobuf;
using RobustnessGate.Models.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>Stores tensors as little-endian raw data.</summary>
internal static class TensorWriter
{
    /// <param name="value">Of any shape, which is kept.</param>
    /// <param name="dataType">Element type to store; float32 by default.</param>
    public static TensorProto Write(string name, Tensor value, TensorProto.Types.DataType dataType = TensorProto.Types.DataType.Float)
    {
        using var scope = NewDisposeScope();
        var stored = value.detach().cpu().to_type(ElementTypes.Native((int)dataType)).contiguous();
        return new TensorProto
        {
            Name = name,
            DataType = (int)dataType,
            Dims = { stored.shape },
            RawData = stored.numel() == 0 ? ByteString.Empty : ByteString.CopyFrom(stored.bytes),
        };
    }
}
