using System.Collections.Immutable;
using System.Text.Json.Serialization;
using RobustnessGate.Facts;
using RobustnessGate.Maths;

namespace RobustnessGate.Gating;

/// <summary>Where pinned outcomes come from. Nothing here has to equal the run that is judged: that is what the gate compares.</summary>
/// <param name="Credible">False where the run's robust counts were not believed (RG1120); null where nothing spoke against them.</param>
/// <param name="Device">Kind of the device, where it is known; see <see cref="Fingerprint"/>.</param>
internal sealed record BaselineOrigin(
    string Tool, string? Torch, string PolicySha256, string? ModelSha256, string DataSha256, long Seed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Device = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Precision = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kernels = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Credible = null);

/// <param name="Protocol">As in <see cref="AttackFact"/>: outcomes of different protocols are never compared.</param>
/// <param name="Unbroken">Of a targeted attack, what it adds to the worst case (<see cref="WorstCase.Unbroken"/>); null for others.</param>
internal sealed record PinnedAttack(
    string Id, string Name, string Protocol, string Norm, double? Epsilon, bool Targeted, BitString Bits,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BitString? Unbroken = null);

/// <param name="Right">Which samples were rightly classified.</param>
/// <param name="PerSample">Values of the quantities that rules compare, rounded by <see cref="Rounding.FourDigits"/>.</param>
/// <param name="Summary">Of every quantity, for reports.</param>
/// <param name="Protocol">As in <see cref="IndicatorContext"/>; null where no settings were known.</param>
internal sealed record PinnedIndicator(
    int Samples, BitString Right, ImmutableSortedDictionary<string, ImmutableArray<double?>> PerSample,
    ImmutableSortedDictionary<string, IndicatorSummary> Summary,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Protocol = null);

/// <summary>The pinned outcomes of one evaluation: what later evaluations are compared with, sample by sample.</summary>
/// <param name="SampleIds">8 bytes a sample, concatenated.</param>
internal sealed record Baseline(
    BaselineOrigin Origin, ImmutableArray<byte> SampleIds, BitString Natural,
    ImmutableArray<PinnedAttack> Attacks, PinnedIndicator? Indicator)
{
    /// <summary>The results' name of a metric: <c>jacobian-l1</c> is <c>jacobianL1</c>.</summary>
    public static string Quantity(string metric) =>
        string.Concat(metric.Split('-').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}

/// <summary>A baseline in the order of the evaluation's samples: bit i and value i belong to its sample i.</summary>
/// <param name="Indicator">Null where there is none, or where it covers other samples than the evaluation's first ones.</param>
internal sealed record PairedBaseline(
    BaselineOrigin Origin, BitString Natural, ImmutableArray<PinnedAttack> Attacks, PinnedIndicator? Indicator)
{
    /// <summary>The pinned outcomes as facts, to derive from them what is derived from measured ones.</summary>
    internal EvaluationFacts AsEvaluation() => EvaluationFacts.Empty with
    {
        Natural = new(Natural, []),
        Attacks =
        [
            .. Attacks.Select(a => new AttackFact(
                a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, Targeted: false, a.Unbroken ?? a.Bits, 0, 0, null, null, [])),
        ],
    };
}
