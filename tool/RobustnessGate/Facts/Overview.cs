using System.Collections.Immutable;
using RobustnessGate.Maths;

namespace RobustnessGate.Facts;

/// <summary>What was understood of a model and its data before anything was attacked: what a person should see first.</summary>
/// <param name="Data">Null where no data were named, or they cannot be used.</param>
/// <param name="Natural">Null where it was not measured.</param>
internal sealed record Overview(ModelOverview Model, DataOverview? Data, NaturalOverview? Natural);

/// <param name="File">As findings name it.</param>
/// <param name="Format">"onnx", "torchscript" or "assembly".</param>
/// <param name="Summary">Format and version, e.g. "ONNX opset 13".</param>
/// <param name="Operators">How often each operator occurs; empty for formats that do not tell.</param>
/// <param name="InputShape">Shape of one input.</param>
/// <param name="Bounds">Least and greatest raw input value; null for none.</param>
/// <param name="Output">What the outputs are: "logits", "log-probabilities" or "one logit, turned into two".</param>
/// <param name="PiecewiseLinear">Null where it was not examined.</param>
/// <param name="Batching">How a batch reaches the network: "native", "patched" or "chunks".</param>
/// <param name="Float64">Whether the network can also be evaluated in float64.</param>
/// <param name="NonDifferentiable">Nodes on the way that let no gradient through.</param>
/// <param name="Notes">What was changed or assumed on reading, one sentence each.</param>
internal sealed record ModelOverview(
    string File, string Format, string Summary, ImmutableSortedDictionary<string, int> Operators, long Parameters,
    ImmutableArray<int> InputShape, Interval? Bounds, int Classes, string Output, bool? PiecewiseLinear,
    string Batching, bool Float64, ImmutableArray<string> NonDifferentiable, ImmutableArray<string> Notes);

/// <param name="File">As findings name it.</param>
/// <param name="Samples">In use.</param>
/// <param name="Classes">Different labels among them.</param>
/// <param name="Values">Least and greatest value in use, in raw input units.</param>
/// <param name="Mapped">Whether 8-bit values were mapped from 0..255 to the bounds.</param>
internal sealed record DataOverview(string File, int Samples, int Classes, Interval Values, bool Mapped);

/// <summary>Clean samples classified rightly, among the first ones.</summary>
internal sealed record NaturalOverview(int Correct, int Total);
