using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;

namespace RobustnessGate.Policies;

/// <summary>What <c>robustness.yml</c> says, validated: every value is present, in range and meaningful.</summary>
/// <param name="Seed">Root of all randomness of an evaluation.</param>
/// <param name="Device">"auto", "cpu", "cuda" or "cuda:n".</param>
/// <param name="Source">Where each key stands in the file, for findings that point at it.</param>
internal sealed record Policy(
    int Version,
    long Seed,
    string Device,
    ModelSection Model,
    DataSection Data,
    IndicatorSection? Indicator,
    ImmutableArray<AttackEntry> Attacks,
    GateSection Gate,
    ReportSection Report,
    PolicySource Source)
{
    /// <summary>How <c>harden</c> trains; null where the policy does not say.</summary>
    public HardenSection? Harden { get; init; }

    /// <summary>Every attack at every radius, in file order: the runs that an evaluation consists of.</summary>
    public IEnumerable<AttackRun> Runs => Attacks.SelectMany(entry => entry.Runs);

    /// <summary>Greatest ℓ∞ radius of an attack; null where there is none.</summary>
    public double? LargestEpsilon => Runs.Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Max(run => (double?)run.Epsilon.Value);
}

/// <param name="Path">Absolute path of the model file.</param>
/// <param name="Sha256">Optional pin, lower-case hexadecimal.</param>
/// <param name="Type">Full name of the module in a TorchSharp assembly; null for other formats.</param>
/// <param name="Weights">Absolute path of an assembly's weights; null for none.</param>
internal sealed record ModelSection(
    string Path, string? Sha256, InputSection Input, string? Type = null, string? Weights = null)
{
    /// <summary>Absolute path of the file that holds the weights: an assembly's own, else the model file.</summary>
    public string WeightsFile => Weights ?? Path;

    /// <summary>The same model with its weights from another file of the same format; what was pinned no longer holds.</summary>
    public ModelSection WithWeights(string file) =>
        Weights is null ? this with { Path = file, Sha256 = null } : this with { Weights = file, Sha256 = null };

    /// <summary>What attacks see where the network rounds.</summary>
    public GradientMode Gradients { get; init; }
}

/// <summary>What gradients are at steps: rounding, signs, quantisation.</summary>
internal enum GradientMode
{
    /// <summary>Those of the network: zero at steps.</summary>
    Exact,

    /// <summary>As if each step were the identity, so that attacks have something to follow; outputs stay exact.</summary>
    StraightThrough,
}

/// <param name="Shape">Shape of one input, without the batch dimension.</param>
/// <param name="Bounds">
/// Least and greatest raw value of an input feature; null for <c>bounds: none</c>. Where features have bounds of their
/// own, the narrowest interval that holds them all.
/// </param>
/// <param name="Mean">Per channel of the model or a single value, applied inside the model; empty for none.</param>
/// <param name="Std">Like <paramref name="Mean"/>.</param>
internal sealed record InputSection(
    ImmutableArray<int> Shape, Bounds? Bounds, ImmutableArray<double> Mean, ImmutableArray<double> Std)
{
    /// <summary>Number of features of one input.</summary>
    public int Size => Shape.Aggregate(1, (a, b) => a * b);

    /// <summary>Which dimension of <see cref="Shape"/> holds the channels.</summary>
    public ChannelLayout Layout { get; init; }

    /// <summary>Order in which the model wants colour channels; raw images are red, green, blue.</summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>What raw values are multiplied by inside the model, before mean and std.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Bounds of each feature in C order; empty where <see cref="Bounds"/> holds for all.</summary>
    public ImmutableArray<Bounds> FeatureBounds { get; init; } = [];

    /// <summary>Number of channels, as <see cref="Mean"/> and <see cref="Std"/> count them.</summary>
    public int Channels => Layout == ChannelLayout.ChannelsLast ? Shape[^1] : Shape[0];

    /// <summary>Bounds of one feature; null for <c>bounds: none</c>.</summary>
    public Bounds? BoundsOf(int feature) => FeatureBounds.IsEmpty ? Bounds : FeatureBounds[feature];

    /// <summary>Bounds of each feature in C order, where there are any.</summary>
    public IEnumerable<Bounds> BoundsOfAll => Enumerable.Range(0, Size).Select(feature => BoundsOf(feature)!.Value);
}

/// <summary>Whether channels are the first or the last dimension of an input.</summary>
internal enum ChannelLayout { ChannelsFirst, ChannelsLast }

/// <summary>Order of colour channels.</summary>
internal enum ChannelOrder { Rgb, Bgr }

/// <param name="Images">Absolute path.</param>
/// <param name="Labels">Absolute path; null where the images carry their labels.</param>
/// <param name="Samples">How many to use; null for all.</param>
/// <param name="Lower">Absolute path of a per-sample lower bound, for <c>epsilon: box</c>.</param>
/// <param name="Upper">Absolute path of a per-sample upper bound, for <c>epsilon: box</c>.</param>
internal sealed record DataSection(
    string Images, string? Labels, int? Samples, SampleSelection Selection, DataScale Scale,
    string? Sha256, string? Lower, string? Upper)
{
    /// <summary>Never more samples than this, however many there are; null for no limit. Not part of the policy's text.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which samples of a data set are used.</summary>
internal enum SampleSelection { First, Random, Stratified }

/// <summary>Whether 8-bit sources are mapped from 0..255 to the model's bounds.</summary>
internal enum DataScale { Auto, None }

/// <param name="Samples">The first this many samples get the indicator.</param>
internal sealed record IndicatorSection(int Samples)
{
    public const int DefaultJitter = 4;

    /// <summary>Radius in ℓ∞ of finite-scale quantities and of Eq. 9; null for the least of the attacks in that norm.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Radius in ℓ2 of Eq. 9; null for the same number as in ℓ∞.</summary>
    public double? EpsilonL2 { get; init; }

    /// <summary>Number of jittered points around each sample over which scale-free quantities are averaged.</summary>
    public int Jitter { get; init; } = DefaultJitter;

    /// <summary>Whether CLEVER is estimated, which takes thousands of gradients a sample.</summary>
    public bool Clever { get; init; }
}

/// <summary>One entry under <c>attacks</c>.</summary>
/// <param name="Id">As written, or null for the default <c>name-norm-ε</c>.</param>
/// <param name="Path">Key path of the entry, e.g. <c>attacks[2]</c>.</param>
internal sealed record AttackEntry(
    string? Id, Attack Attack, Norm Norm, ImmutableArray<Epsilon> Epsilons, Target Target, Judge Judge, string Path)
{
    /// <summary>Draws of a randomised model that one answer averages; null: 1, or <see cref="AutomaticDraws"/> where it proves random.</summary>
    public int? Eot { get; init; }

    /// <summary>Bits of each feature of the inputs that a deployment would see, and so of the points that are judged; null: any float.</summary>
    public int? Quantize { get; init; }

    /// <summary>Draws for a model that gives different answers to one question (as the reference ensemble's "rand" version takes).</summary>
    public const int AutomaticDraws = 20;

    /// <summary>
    /// Whether a point found at a smaller radius counts at the greater ones. A judge of final iterates must not know of
    /// it, and a search for the nearest point has one answer for all radii.
    /// </summary>
    public bool KeepsPoints => Judge == Judge.Any && !Attack.MinimalNorm;

    public IEnumerable<AttackRun> Runs => Epsilons.Select(epsilon => new AttackRun(IdAt(epsilon), this, epsilon));

    private string IdAt(Epsilon epsilon) => Id switch
    {
        null => $"{Attack.Name}-{Norm.Name()}-{epsilon.Text}",
        _ when Epsilons.Length == 1 => Id,
        _ => $"{Id}-{epsilon.Text}",
    };
}

/// <summary>One attack at one radius: what becomes one entry of the results.</summary>
internal sealed record AttackRun(string Id, AttackEntry Entry, Epsilon Epsilon);

/// <summary>The baseline to compare with, and the rules.</summary>
/// <param name="Baseline">Absolute path of the baseline file; null where no rule compares.</param>
/// <param name="Alpha">Significance level of paired rules.</param>
internal sealed record GateSection(
    string? Baseline, double Alpha, OnInconclusive OnInconclusive, ImmutableArray<Rule> Rules)
{
    /// <summary>Whether rules that compare may go without a baseline: on first use, before anything is pinned.</summary>
    public bool Bootstrap { get; init; }

    /// <summary>Absolute path of the baseline of the last release; null where slow erosion is not watched.</summary>
    public string? Release { get; init; }

    /// <summary>Greatest allowed fall of every accuracy that a rule compares, against <see cref="Release"/>, as a fraction.</summary>
    public double? MaxTotalDrop { get; init; }
}

internal enum OnInconclusive { Warn, Fail }

/// <summary>One rule of the gate. At least one of the limits is set.</summary>
/// <param name="Metric">A name of <see cref="Metrics"/>.</param>
/// <param name="Attack">Id or name of the attack entry, for <c>robust-accuracy</c>.</param>
/// <param name="Epsilon">Picks a radius; for <c>worst-case-accuracy</c> the greatest that counts.</param>
/// <param name="Norm">Of <c>worst-case-accuracy</c>.</param>
/// <param name="Statistic">mean, median, p05 or p95, of indicator metrics.</param>
/// <param name="Min">Floor.</param>
/// <param name="Max">Ceiling, for quantities where more is worse.</param>
/// <param name="MaxDrop">Greatest allowed fall of an accuracy against the baseline, as a fraction.</param>
/// <param name="MaxDropRatio">Greatest allowed relative fall of an indicator.</param>
/// <param name="MaxRiseRatio">Greatest allowed relative rise of an indicator.</param>
/// <param name="Path">Key path of the rule, e.g. <c>gate.rules[0]</c>.</param>
internal sealed record Rule(
    string Metric, string? Attack, Epsilon? Epsilon, Norm Norm, Statistic Statistic,
    double? Min, double? Max, double? MaxDrop, double? MaxDropRatio, double? MaxRiseRatio,
    RuleSeverity Severity, string Path)
{
    /// <summary>
    /// With this confidence, in (0.5, 1), the true accuracy must reach <see cref="Min"/>: its Clopper–Pearson lower bound is
    /// compared. Null to compare the count itself.
    /// </summary>
    public double? Confidence { get; init; }

    public bool Compares => MaxDrop is not null || MaxDropRatio is not null || MaxRiseRatio is not null;
}

internal enum Statistic { Mean, Median, P05, P95 }

internal enum RuleSeverity { Error, Warning }

/// <param name="Formats">Names of <see cref="KnownFormats"/>, each once.</param>
internal sealed record ReportSection(ImmutableArray<string> Formats)
{
    /// <summary>Formats that can be rendered.</summary>
    public static readonly ImmutableArray<string> KnownFormats = ["markdown", "html", "json", "junit", "sarif", "github"];

    public static readonly ImmutableArray<string> DefaultFormats = ["markdown", "json"];
}
