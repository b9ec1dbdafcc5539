using Google.Protobuf;
using RobustnessGate.Diagnostics;
using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>Reads the bytes of an ONNX file as a model, and says what is wrong where they are none.</summary>
internal static class OnnxFile
{
    /// <exception cref="MistakeException">RG0405 damaged, RG0407 a version that is not known.</exception>
    public static ModelProto Parse(byte[] bytes, string display)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw Damaged(display, "its bytes do not parse");
        }

        if (model.Graph is null || model.Graph.Output.Count == 0 || !model.HasIrVersion)
        {
            throw Damaged(display, "it has no graph with an output");
        }

        var opset = new OpsetVersions(model.OpsetImport).Of("");
        return opset switch
        {
            0 when model.OpsetImport.Count == 0 => throw Damaged(display, "it does not say which opset it uses"),
            > 0 and < OpsetVersions.Oldest => throw MistakeException.InFile("RG0407", display,
                $"the model uses opset {opset}; the oldest that is understood is {OpsetVersions.Oldest}. " +
                $"Operators meant other things before, so that every number would be in doubt; convert it with onnx.version_converter, or export with opset_version={OpsetVersions.Oldest} to {OpsetVersions.Newest}."),
            > OpsetVersions.Newest => throw MistakeException.InFile("RG0407", display,
                $"the model uses opset {opset}; the newest that is understood is {OpsetVersions.Newest}. " +
                $"Operators may have changed meaning since; export with opset_version={OpsetVersions.Newest} or lower."),
            _ => model,
        };
    }

    public static MistakeException Damaged(string display, string why) => MistakeException.InFile("RG0405", display,
        $"this is not a complete ONNX model: {why}. The file may be truncated, or an unfetched Git LFS pointer; export or download it again.");
}
