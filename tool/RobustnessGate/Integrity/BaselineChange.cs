using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Integrity;

/// <summary>What an edited baseline, or that of the last release, does to the bar.</summary>
internal static class BaselineChange
{
    public const string Field = "baseline";
    public const string ReleaseField = "release";

    /// <summary>Behind the field of a baseline: where its outcomes come from.</summary>
    public const string Origin = ".origin";

    /// <summary>
    /// A pin is tighter where every outcome that was right stays right, under the same attacks on the same samples, and
    /// the indicator is as it was, and counts that were believed are so still. Anything else could hide a fall, and so could another origin: it decides whether pinned
    /// outcomes count at all, or those of a model that is measured again.
    /// </summary>
    /// <param name="head">The policy of the change.</param>
    public static IEnumerable<JudgeChange> Of(Baseline? before, Baseline? after, Policy head) => Of(Field, before, after, "gate.baseline", head);

    /// <summary>The base's file is what counts; an edit is said all the same, for once merged it is the base's.</summary>
    public static IEnumerable<JudgeChange> OfRelease(Baseline? before, Baseline? after, Policy head) =>
        before is null ? [] : Of(ReleaseField, before, after, "gate.release", head);

    /// <summary>The tightest of several pins; null where none of them is at least as tight as each other.</summary>
    public static Baseline? Tightest(IReadOnlyCollection<Baseline> pins) => pins.LastOrDefault(pin => pins.All(other => IsTighter(other, pin)));

    private static IEnumerable<JudgeChange> Of(string field, Baseline? before, Baseline? after, string path, Policy head)
    {
        var (was, now) = (Digest(before), Digest(after));
        if (was == now)
        {
            yield break;
        }

        var tighter = before is null || (after is not null && IsTighter(before, after));
        yield return new(field, was, now, tighter ? JudgeEffect.Stronger : JudgeEffect.Weaker, path);
        if (before is not null && after is not null)
        {
            var different = Unexplained(before, after, head).ToArray();
            string Words(Func<(string Name, string? Was, string? Is), string?> value) =>
                string.Join(", ", different.Select(part => $"{part.Name} {value(part) ?? JudgeChange.None}"));
            if (different.Length > 0)
            {
                yield return new(field + Origin, Words(part => part.Was), Words(part => part.Is), JudgeEffect.Weaker, path);
            }
        }
    }

    /// <summary>What a new pin says of its origin and the change does not explain: another environment or seed, or another model with the same outcomes.</summary>
    private static IEnumerable<(string Name, string? Was, string? Is)> Unexplained(Baseline before, Baseline after, Policy head)
    {
        var (was, now) = (before.Origin, after.Origin);
        var same = SameOutcomes(before, after);
        return new (string Name, string? Was, string? Is, bool Explained)[]
        {
            ("tool", was.Tool, now.Tool, now.Tool == ToolVersion.Text),
            ("libtorch", was.Torch, now.Torch, false),
            ("device", was.Device, now.Device, false),
            ("precision", was.Precision, now.Precision, false),
            ("kernels", was.Kernels, now.Kernels, false),
            ("seed", JudgeChange.Text(was.Seed), JudgeChange.Text(now.Seed), false),
            ("model", Short(was.ModelSha256), Short(now.ModelSha256), !same),
            ("policy", Short(was.PolicySha256), Short(now.PolicySha256), now.PolicySha256 == head.Source.Sha256),
        }.Where(part => part.Was != part.Is && !part.Explained).Select(part => (part.Name, part.Was, part.Is));
    }

    private static bool SameOutcomes(Baseline one, Baseline other) =>
        Digest(one with { Origin = other.Origin }) == Digest(other);

    private static string? Short(string? hash) => hash?[..Math.Min(12, hash.Length)];

    private static bool IsTighter(Baseline before, Baseline after)
    {
        var positions = SampleIdList.Of(after.SampleIds).Select((id, i) => (id, i)).ToDictionary(pair => pair.id, pair => pair.i);
        var there = SampleIdList.Of(before.SampleIds);
        if (before.Origin.DataSha256 != after.Origin.DataSha256 || there.Length != positions.Count || !there.All(positions.ContainsKey))
        {
            return false;
        }

        if (before.Origin.Credible is not false && after.Origin.Credible is false)
        {
            // Against what nobody believed a run that is not believed would not fail.
            return false;
        }

        bool Covers(BitString old, BitString @new) => there.Select((id, i) => !old[i] || @new[positions[id]]).All(kept => kept);
        return Covers(before.Natural, after.Natural)
            && before.Attacks.All(attack => after.Attacks.Any(other =>
                other with { Bits = attack.Bits, Unbroken = attack.Unbroken } == attack && Covers(attack.Bits, other.Bits)
                && (attack.Unbroken is null || (other.Unbroken is not null && Covers(attack.Unbroken, other.Unbroken)))))
            && Text(before.Indicator) == Text(after.Indicator);
    }

    private static string Digest(Baseline? baseline) => baseline is null
        ? JudgeChange.None
        : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(BaselineFile.Render(baseline))))[..12];

    private static string Text(PinnedIndicator? indicator) => indicator is null ? "" : Json.Render(indicator);
}
