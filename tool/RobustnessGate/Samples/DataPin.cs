using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>
/// The optional pin <c>data.sha256</c>: SHA-256 of the bytes of the images file as it lies on disk. Of a folder: over,
/// for each file in ordinal order of its path below the folder, that path in UTF-8 with '/', a zero byte, the length as
/// int64 little-endian, and the bytes.
/// </summary>
internal static class DataPin
{
    /// <exception cref="Diagnostics.MistakeException">RG0312: the data are not those that were pinned.</exception>
    public static void Check(DataSection data)
    {
        if (data.Sha256 is null)
        {
            return;
        }

        var path = DataPath.Of(data.Images).File;
        var actual = Directory.Exists(path) ? OfFolder(path) : DataFile.Sha256(path);
        if (!string.Equals(actual, data.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw DataMistake.At("RG0312", data.Images,
                $"its SHA-256 is {actual}, but data.sha256 pins {data.Sha256}. These are other data; restore them, or change the pin and the baseline together.");
        }
    }

    private static string OfFolder(string root)
    {
        using var store = new FolderStore(root);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = new byte[sizeof(long)];
        foreach (var name in store.Names.Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(Path.Combine(root, name));
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.LongLength);
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
