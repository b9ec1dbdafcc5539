using System.Collections.Immutable;

namespace RobustnessGate.Models;

/// <summary>What was understood of a model file, for people and for the evaluation's warnings.</summary>
/// <param name="Summary">Format and version, e.g. "ONNX opset 13".</param>
/// <param name="Classes">Number of outputs; 0 where no run has told yet.</param>
/// <param name="Operators">How often each operator occurs.</param>
/// <param name="Batching">How a batch reaches the network.</param>
/// <param name="NonDifferentiable">Nodes between input and output that let no gradient through, in file order.</param>
/// <param name="Notes">What was changed or assumed on reading, one sentence each.</param>
internal sealed record ModelCard(
    string Summary,
    long Classes,
    ImmutableSortedDictionary<string, int> Operators,
    Batching Batching,
    ImmutableArray<string> NonDifferentiable,
    ImmutableArray<string> Notes)
{
    public static ModelCard Empty { get; } = new(
        "", 0, ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal), Batching.Native, [], []);
}

/// <summary>How a batch reaches a network.</summary>
internal enum Batching
{
    /// <summary>The file accepts any batch size.</summary>
    Native,

    /// <summary>The file fixes the batch size; shapes were made to follow the batch, and that was checked on a probe.</summary>
    Patched,

    /// <summary>The file fixes the batch size and mixes it with the data: chunks of that size go through one after the other.</summary>
    Chunks,
}
