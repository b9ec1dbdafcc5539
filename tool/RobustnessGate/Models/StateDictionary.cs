using RobustnessGate.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>Tensors by name, as a weights file holds them.</summary>
/// <param name="display">What messages call the file.</param>
/// <param name="digest">SHA-256 of the file.</param>
internal sealed class StateDictionary(string display, byte[] digest, IReadOnlyDictionary<string, Tensor> tensors) : IDisposable
{
    public byte[] Digest { get; } = digest;

    /// <summary>Shaped as in the file.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; } = tensors;

    /// <summary>Sets every parameter and buffer of a module; names and shapes must be the same on both sides.</summary>
    /// <exception cref="MistakeException">RG0421: all differences at once.</exception>
    public void CopyTo(nn.Module module)
    {
        using var frozen = no_grad();
        var state = module.state_dict();
        var problems = state.Keys.Except(Tensors.Keys).Select(name => $"'{name}' is not in the file")
            .Concat(Tensors.Keys.Except(state.Keys).Select(name => $"'{name}' is not in the module"))
            .Concat(state.Where(entry => Tensors.TryGetValue(entry.Key, out var stored) && !stored.shape.SequenceEqual(entry.Value.shape))
                .Select(entry => $"'{entry.Key}' is [{string.Join(", ", Tensors[entry.Key].shape)}] in the file and [{string.Join(", ", entry.Value.shape)}] in the module"))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (problems.Count > 0)
        {
            throw MistakeException.InFile("RG0421", display,
                $"the weights do not fit the module: {string.Join("; ", problems.Take(8))}{(problems.Count > 8 ? $"; and {problems.Count - 8} more" : "")}. Save them from the same class.");
        }

        foreach (var (name, target) in state)
        {
            target.copy_(Tensors[name]);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
