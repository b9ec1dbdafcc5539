using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>Brings a baseline into the order of an evaluation's samples, or says why they cannot be paired.</summary>
internal static class Pairing
{
    private const string Remedy = "If the change is meant, pin the present results with baseline update.";

    /// <summary>
    /// Pairs by sample id, never by position: the same samples in another order are the same samples. Equal ids in
    /// equal order with another hash of the data contradict each other and are refused.
    /// </summary>
    public static (PairedBaseline? Paired, Finding? Obstacle) Pair(
        Policy policy, DataFact data, Baseline baseline, string place = "gate.baseline")
    {
        var here = SampleIdList.Of(data.SampleIds);
        var there = SampleIdList.Of(baseline.SampleIds);
        var positions = there.Select((id, i) => (id, i)).ToDictionary(pair => pair.id, pair => pair.i);
        var common = here.Count(positions.ContainsKey);
        if (common != here.Length || common != there.Length)
        {
            return (null, Obstacle(policy, "RG0205",
                $"the baseline holds {Words.Count(there.Length)} samples, this run {Words.Count(here.Length)}, "
                + $"and {Words.Count(common)} are the same: outcomes can be compared only on the same samples. "
                + $"Check data.images, data.samples and --max-samples. {Remedy}", place));
        }

        if (data.Sha256 != baseline.Origin.DataSha256 && here.SequenceEqual(there))
        {
            return (null, Obstacle(policy, "RG0205",
                $"the data's hash is {Short(data.Sha256)}, the baseline's {Short(baseline.Origin.DataSha256)}: "
                + $"the samples or labels are others. {Remedy}", place));
        }

        var order = here.Select(id => positions[id]).ToArray();
        return (new(
            baseline.Origin, Reorder(baseline.Natural, order),
            [.. baseline.Attacks.Select(attack => attack with { Bits = Reorder(attack.Bits, order), Unbroken = attack.Unbroken is { } bits ? Reorder(bits, order) : null })],
            baseline.Indicator is { } indicator ? Reorder(indicator, order) : null), null);
    }

    public static Finding Obstacle(Policy policy, string code, string message, string place = "gate.baseline") =>
        new(code, Severity.Error, policy.Source.At(place), message);

    /// <summary>What keeps an attack's results from being compared with pinned ones; null where nothing does.</summary>
    public static string? Difference(AttackFact attack, PairedBaseline baseline)
    {
        var pinned = baseline.Attacks.FirstOrDefault(pinned => pinned.Id == attack.Id);
        return pinned switch
        {
            null => $"the baseline has no '{attack.Id}'",
            _ when pinned.Norm != attack.Norm => $"'{attack.Id}' had norm {pinned.Norm}, now {attack.Norm}",
            _ when pinned.Epsilon != attack.Epsilon => $"'{attack.Id}' had radius {Words.Radius(pinned.Epsilon)}, now {Words.Radius(attack.Epsilon)}",
            _ when pinned.Targeted != attack.Targeted => $"'{attack.Id}' was {Aim(pinned.Targeted)}, now {Aim(attack.Targeted)}",
            _ when pinned.Protocol != attack.Protocol => $"'{attack.Id}' ran as '{pinned.Protocol}', now as '{attack.Protocol}'",
            _ => null,
        };
    }

    /// <summary>What keeps a worst case from being compared: it must be the worst of the same attacks.</summary>
    public static string? Difference(WorstCase worst, EvaluationFacts evaluation, PairedBaseline baseline)
    {
        var pinned = WorstCase.Of(baseline.AsEvaluation(), worst.Norm, worst.Epsilon)?.Attacks ?? [];
        var dropped = pinned.Except(worst.Attacks).FirstOrDefault();
        return dropped is not null
            ? $"the baseline's worst case includes '{dropped}', which no longer runs"
            : evaluation.Attacks.Where(attack => worst.Attacks.Contains(attack.Id))
                .Select(attack => Difference(attack, baseline)).FirstOrDefault(difference => difference is not null);
    }

    private static BitString Reorder(BitString bits, int[] order) => new(order.Select(i => bits[i]));

    /// <summary>The pinned indicator over the evaluation's first samples; null where it covered others.</summary>
    private static PinnedIndicator? Reorder(PinnedIndicator indicator, int[] order)
    {
        var first = order.Take(indicator.Samples).ToArray();
        return first.Any(i => i >= indicator.Samples)
            ? null
            : indicator with
            {
                Right = Reorder(indicator.Right, first),
                PerSample = indicator.PerSample.ToImmutableSortedDictionary(
                    pair => pair.Key, pair => first.Select(i => pair.Value[i]).ToImmutableArray(), StringComparer.Ordinal),
            };
    }

    private static string Aim(bool targeted) => targeted ? "targeted" : "untargeted";

    private static string Short(string hash) => hash[..Math.Min(8, hash.Length)];
}
