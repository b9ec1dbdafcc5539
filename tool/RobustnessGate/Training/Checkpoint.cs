using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>
/// A training's whole state between two steps, in one file. A kill at any moment leaves the old file or the new one,
/// never half of one; a damaged file is not taken for a state.
/// </summary>
/// <param name="Identity">What must be the same for a training to go on from here.</param>
/// <param name="Epoch">Epochs finished.</param>
/// <param name="Steps">Steps made, those of an unfinished epoch among them.</param>
/// <param name="Since">Epochs since the best score.</param>
/// <param name="Best">The best score so far; null for none.</param>
/// <param name="Finished">Whether the training stopped early, at the best weights.</param>
internal sealed record Checkpoint(string Identity, int Epoch, long Steps, int Since, Score? Best, bool Finished)
{
    private const string Magic = "RobustnessGate training 1";

    /// <summary>Writes state and tensors to a file beside the final one and puts it in place.</summary>
    /// <param name="tensors">float32 or float64, of any shape.</param>
    public void Save(string path, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Identity);
        writer.Write(Epoch);
        writer.Write(Steps);
        writer.Write(Since);
        writer.Write(Finished);
        writer.Write(Best is not null);
        if (Best is { } best)
        {
            writer.Write(best.Natural);
            writer.Write(best.Robust);
            writer.Write(best.Total);
        }

        foreach (var (name, value) in tensors)
        {
            using var scope = NewDisposeScope();
            writer.Write(name);
            writer.Write(Bytes(value.cpu()));
        }

        writer.Flush();
        var content = memory.ToArray();
        AtomicFile.MakeFolder(path);
        AtomicFile.Write(path, [.. SHA256.HashData(content), .. content]);
    }

    /// <summary>Reads a state back into tensors of the same names and shapes.</summary>
    /// <returns>The state; without one, why the file is of no use, or null for no file: then nothing was changed.</returns>
    public static (Checkpoint? Saved, string? Obstacle) Load(
        string path, string identity, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        if (!File.Exists(path))
        {
            return (null, null);
        }

        if (File.ReadAllBytes(path) is not { Length: > SHA256.HashSizeInBytes } bytes
            || !SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes)))
        {
            return (null, "damaged, or no checkpoint");
        }

        using var reader = new BinaryReader(
            new MemoryStream(bytes, SHA256.HashSizeInBytes, bytes.Length - SHA256.HashSizeInBytes), Encoding.UTF8);
        if (reader.ReadString() != Magic)
        {
            return (null, "written by another version");
        }

        var stored = reader.ReadString();
        if (stored != identity)
        {
            return (null, TrainingIdentity.Differences(stored, identity));
        }

        var (epoch, steps, since, finished) = (reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadBoolean());
        var best = reader.ReadBoolean() ? new Score(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()) : null;
        using var frozen = no_grad();
        foreach (var (name, value) in tensors)
        {
            using var scope = NewDisposeScope();
            if (reader.ReadString() != name)
            {
                throw new InvalidDataException($"a checkpoint of this training lacks '{name}'");
            }

            var copy = value.cpu().contiguous().clone();
            copy.bytes = reader.ReadBytes((int)(copy.numel() * copy.ElementSize));
            value.copy_(copy);
        }

        return (new(identity, epoch, steps, since, best, finished), null);
    }

    private static byte[] Bytes(Tensor tensor) => tensor.contiguous().bytes.ToArray();
}
