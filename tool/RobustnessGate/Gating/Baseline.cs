using System.Collections.Immutable;
using System.Text.Json.Serialization;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Gating;

/// <summary>Where pinned outcomes come from. Nothing here has to equal the run that is judged: that is what the gate compares.</summary>
/// <param name="Device">Kind of the device, where it is known; see <see cref="Fingerprint"/>.</param>
public sealed record BaselineOrigin(
    string Tool, string? Torch, string PolicySha256, string? ModelSha256, string DataSha256, long Seed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Device = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Precision = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kernels = null);

/// <param name="Protocol">As in <see cref="AttackFact"/>: outcomes of different protocols are never compared.</param>
/// <param name="Unbroken">Of a targeted attack, what it adds to the worst case (<see cref="WorstCase.Unbroken"/>); null for others.</param>
public sealed record PinnedAttack(
    string Id, string Name, string Protocol, string Norm, double? Epsilon, bool Targeted, BitString Bits,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BitString? Unbroken = null);

/// <param name="Right">Which samples were rightly classified.</param>
/// <param name="PerSample">Values of the quantities that rules compare, rounded by <see cref="Round"/>.</param>
/// <param name="Summary">Of every quantity, for reports.</param>
/// <param name="Protocol">As in <see cref="IndicatorContext"/>; null where no settings were known.</param>
public sealed record PinnedIndicator(
    int Samples, BitString Right, ImmutableSortedDictionary<string, ImmutableArray<double?>> PerSample,
    ImmutableSortedDictionary<string, IndicatorSummary> Summary,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Protocol = null)
{
    /// <summary>Four significant digits: what a baseline stores, so what both sides of a comparison are rounded to.</summary>
    public static double? Round(double? value)
    {
        if (value is not { } v || !double.IsFinite(v))
        {
            return null;
        }

        return double.Parse(
            v.ToString("E3", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>The pinned outcomes of one evaluation: what later evaluations are compared with, sample by sample.</summary>
/// <param name="SampleIds">8 bytes a sample, concatenated.</param>
public sealed record Baseline(
    BaselineOrigin Origin, ImmutableArray<byte> SampleIds, BitString Natural,
    ImmutableArray<PinnedAttack> Attacks, PinnedIndicator? Indicator)
{
    /// <summary>Pins results. Per-sample values are kept of the indicators that the policy's rules compare.</summary>
    /// <exception cref="MistakeException">The results are those of an evaluation that did not finish.</exception>
    /// <param name="machine">Where the results were made; null where nobody knows.</param>
    public static Baseline Of(ResultsDocument results, Policy policy, Fingerprint? machine = null)
    {
        if (results is not { Completed: true, Natural: { Total: > 0 } natural, Data: { } data })
        {
            throw new MistakeException(ExitCode.BaselineUnusable, new Finding("RG0208", Severity.Error, null,
                "these results cannot be pinned: the evaluation did not finish, and samples that nothing attacked "
                + "would count as robust for ever. Run check again, then baseline update."));
        }

        var compared = policy.Gate.Rules
            .Where(rule => rule.MaxDropRatio is not null || rule.MaxRiseRatio is not null)
            .Select(rule => Quantity(rule.Metric)).ToHashSet(StringComparer.Ordinal);
        var facts = results.ToEvaluation();
        return new(
            new(results.Tool.Version, results.Tool.Torch, results.Policy.Sha256, results.Model?.Sha256, data.Sha256, results.Seed, machine?.Device, machine?.Precision, machine?.Kernels),
            data.SampleIds, natural.Bits,
            [
                .. facts.Attacks.Select(a => new PinnedAttack(
                    a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, a.Targeted, a.Bits, a.Targeted ? WorstCase.Unbroken(a, facts.Data) : null)),
            ],
            results.Indicator is { } indicator ? Pin(indicator, compared) : null);
    }

    /// <summary>The results' name of a metric: <c>jacobian-l1</c> is <c>jacobianL1</c>.</summary>
    public static string Quantity(string metric) =>
        string.Concat(metric.Split('-').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    private static PinnedIndicator Pin(IndicatorResult indicator, HashSet<string> compared) => new(
        indicator.Samples, indicator.Right,
        indicator.PerSample.Values.Where(pair => compared.Contains(pair.Key)).ToImmutableSortedDictionary(
            pair => pair.Key, pair => pair.Value.Select(PinnedIndicator.Round).ToImmutableArray(), StringComparer.Ordinal),
        indicator.Summary, indicator.Context?.Protocol);
}

/// <summary>A baseline in the order of the evaluation's samples: bit i and value i belong to its sample i.</summary>
/// <param name="Indicator">Null where there is none, or where it covers other samples than the evaluation's first ones.</param>
public sealed record PairedBaseline(
    BaselineOrigin Origin, BitString Natural, ImmutableArray<PinnedAttack> Attacks, PinnedIndicator? Indicator)
{
    /// <summary>The pinned outcomes as facts, to derive from them what is derived from measured ones.</summary>
    internal Results.Evaluation AsEvaluation() => Results.Evaluation.Empty with
    {
        Natural = new(Natural, []),
        Attacks =
        [
            .. Attacks.Select(a => new AttackFact(
                a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, Targeted: false, a.Unbroken ?? a.Bits, 0, 0, null, null, [])),
        ],
    };
}
