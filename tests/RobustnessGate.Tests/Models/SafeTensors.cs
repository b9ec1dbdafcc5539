using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Writes safetensors files: a JSON header and the bytes of each tensor.</summary>
internal static class SafeTensors
{
    public static byte[] Bytes(IEnumerable<(string Name, Tensor Value)> entries)
    {
        using var data = new MemoryStream();
        var parts = new List<string> { "\"__metadata__\":{\"format\":\"pt\"}" };
        foreach (var (name, value) in entries)
        {
            var start = data.Length;
            data.Write(value.contiguous().bytes);
            parts.Add($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(",", value.shape)}],\"data_offsets\":[{start},{data.Length}]}}");
        }

        return Bytes("{" + string.Join(",", parts) + "}", data.ToArray());
    }

    public static byte[] Bytes(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }
}
