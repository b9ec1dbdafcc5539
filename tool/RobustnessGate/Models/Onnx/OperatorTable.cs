using System.Collections.Frozen;
using RobustnessGate.Models.Onnx.Operators;

namespace RobustnessGate.Models.Onnx;

/// <summary>Every operator that can be run. A new one is a line in its family's table.</summary>
internal static class OperatorTable
{
    public static readonly Operator[] All =
    [
        .. Convolutions.Table,
        .. Pooling.Table,
        .. MatrixProducts.Table,
        .. Arithmetic.Table,
        .. Logic.Table,
        .. Activations.Table,
        .. Normalizations.Table,
        .. Reductions.Table,
        .. Constants.Table,
        .. Shaping.Table,
        .. Slicing.Table,
        .. Indexing.Table,
        .. Resizing.Table,
        .. GridSampling.Table,
        .. Quantizers.Table,
        .. MachineLearning.Table,
    ];

    /// <summary>Stands for an operator that is not in the table; a graph with a live one is refused.</summary>
    public static readonly Operator Unknown = new("", 0, _ => throw new UnsupportedException("unknown operator"));

    private static readonly FrozenDictionary<(string, string), Operator[]> ByName = All
        .GroupBy(entry => (entry.Domain, entry.Name))
        .ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(entry => entry.Since).ToArray());

    /// <summary>The implementation in force at an opset version: the newest that is not newer.</summary>
    public static Operator? Find(string domain, string name, int opset) =>
        ByName.TryGetValue((domain, name), out var versions)
            ? versions.FirstOrDefault(entry => entry.Since <= opset)
            : null;

    public static bool Knows(string domain, string name) => ByName.ContainsKey((domain, name));
}
