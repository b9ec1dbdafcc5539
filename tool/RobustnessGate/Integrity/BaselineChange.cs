using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Integrity;

/// <summary>What an edited baseline, or that of the last release, does to the bar.</summary>
internal static class BaselineChange
{
    public const string Field = "baseline";
    public const string ReleaseField = "release";

    /// <summary>
    /// A pin is tighter where every outcome that was right stays right, under the same attacks on the same samples,
    /// the indicator is as it was, and counts that were believed are so still. Anything else could hide a fall.
    /// </summary>
    public static IEnumerable<JudgeChange> Of(Baseline? before, Baseline? after) => Of(Field, before, after, "gate.baseline");

    /// <summary>The base's file is what counts; an edit is said all the same, for once merged it is the base's.</summary>
    public static IEnumerable<JudgeChange> OfRelease(Baseline? before, Baseline? after) =>
        before is null ? [] : Of(ReleaseField, before, after, "gate.release");

    private static IEnumerable<JudgeChange> Of(string field, Baseline? before, Baseline? after, string path)
    {
        var (was, now) = (Digest(before), Digest(after));
        if (was != now)
        {
            var tighter = before is null || (after is not null && IsTighter(before, after));
            yield return new(field, was, now, tighter ? JudgeEffect.Stronger : JudgeEffect.Weaker, path);
        }
    }

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
