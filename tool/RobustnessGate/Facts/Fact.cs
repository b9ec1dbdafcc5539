using System.Collections.Immutable;
using System.Text.Json.Serialization;
using RobustnessGate.Maths;

namespace RobustnessGate.Facts;

/// <summary>What an evaluation measured: facts in records, no tensors, no verdict. Each is written as soon as it is known.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(OverviewFact), "overview")]
[JsonDerivedType(typeof(ModelFact), "model")]
[JsonDerivedType(typeof(DataFact), "data")]
[JsonDerivedType(typeof(NaturalFact), "natural")]
[JsonDerivedType(typeof(AttackFact), "attack")]
[JsonDerivedType(typeof(IndicatorFact), "indicator")]
[JsonDerivedType(typeof(FindingFact), "finding")]
[JsonDerivedType(typeof(BrokenExampleFact), "broken-example")]
[JsonDerivedType(typeof(RunFact), "run")]
[JsonDerivedType(typeof(CompletedFact), "completed")]
public abstract record Fact;

/// <summary>What was understood before anything is measured, for the person who watches; it is no part of the results.</summary>
internal sealed record OverviewFact(Overview Overview) : Fact;

/// <param name="Format">"onnx", "torchscript" or "assembly".</param>
/// <param name="PiecewiseLinear">Null where it was not examined.</param>
/// <param name="Classes">Number of logits.</param>
public sealed record ModelFact(
    string Format, string Sha256, long Parameters, int Classes, bool? PiecewiseLinear) : Fact;

/// <param name="Sha256">Of the decoded samples and labels in use.</param>
/// <param name="SampleIds">8 bytes per sample, concatenated.</param>
/// <param name="Labels">The true class of each sample.</param>
public sealed record DataFact(
    string Sha256, int Samples, ImmutableArray<byte> SampleIds, ImmutableArray<int> Labels) : Fact;

/// <param name="Bits">'1' where the clean sample is classified rightly.</param>
/// <param name="Predictions">Predicted class of each clean sample.</param>
/// <param name="NearBoundary">Samples whose margin is smaller than <see cref="Margin.Near"/>; null where nobody counted.</param>
public sealed record NaturalFact(
    BitString Bits, ImmutableArray<int> Predictions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? NearBoundary = null) : Fact;

/// <param name="Protocol">What was run, comparable as text: name, version and every parameter.</param>
/// <param name="Epsilon">Radius; null for a per-sample box.</param>
/// <param name="Forwards">Per-sample forward passes, summed.</param>
/// <param name="Backwards">Per-sample backward passes, summed.</param>
/// <param name="Adversarial">File of the judged points relative to the output folder, where they were saved.</param>
/// <param name="Distances">Of minimal-norm attacks: 0 for naturally wrong, null where nothing was found.</param>
/// <param name="Predictions">Predicted class on each judged point.</param>
/// <param name="NearBoundary">
/// Samples whose judged point lies nearer to the boundary than <see cref="Margin.Near"/>; null where nobody
/// counted, as of searches for the nearest point, which all end there.
/// </param>
public sealed record AttackFact(
    string Id, string Name, string Protocol, string Norm, double? Epsilon, bool Targeted, BitString Bits,
    long Forwards, long Backwards, string? Adversarial, ImmutableArray<double?>? Distances,
    ImmutableArray<int> Predictions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? NearBoundary = null) : Fact;

/// <summary>Geometry of the decision surface at the first samples (Yu et al. 2018, Section 4). Null entries: undefined there.</summary>
/// <param name="PerSample">Name of the quantity (<c>jacobianL1</c>, …) to one value per sample.</param>
/// <param name="HessianTop">Per sample, the eigenvalues of largest magnitude.</param>
/// <param name="Right">Which samples are rightly classified: summaries are over these.</param>
/// <param name="Context">What it was measured with; null in results of older versions.</param>
public sealed record IndicatorFact(
    int Samples, ImmutableSortedDictionary<string, ImmutableArray<double?>> PerSample,
    ImmutableArray<ImmutableArray<double>> HessianTop, BitString Right,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IndicatorContext? Context = null) : Fact;

/// <summary>Something an evaluation noticed that people should know (preflight and credibility checks).</summary>
internal sealed record FindingFact(Diagnostics.Finding Finding) : Fact;

/// <summary>How the tensor library computed here, and why.</summary>
/// <param name="Way">"as-shipped", or a slower way that proved right where that did not.</param>
/// <param name="Wrong">What proved wrong before, in words; empty where everything is as shipped.</param>
/// <param name="Convolutions">How many different convolutions were computed in which way; null where none had to be proved by itself.</param>
public sealed record KernelFacts(
    string Way, ImmutableArray<string> Wrong,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, int>? Convolutions = null);

/// <summary>Host facts that must not enter the comparable results.</summary>
/// <param name="Precision">That verdicts were taken in: "float64", or "float32" where the model runs in nothing else.</param>
/// <param name="Kernels">Null in records of older versions.</param>
public sealed record RunFact(
    string TorchVersion, string Device, int Threads, int BatchSize, double Seconds,
    ImmutableSortedDictionary<string, double> SecondsByPart,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Precision = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] KernelFacts? Kernels = null) : Fact;

/// <summary>The last fact of a complete evaluation. Without it, the evaluation did not finish.</summary>
internal sealed record CompletedFact : Fact;
