using System.Globalization;
using RobustnessGate.Maths;

namespace RobustnessGate.Facts;

/// <summary>What a change of the judge does to the bar. What cannot be told to be stronger counts as weaker.</summary>
public enum JudgeEffect { Neutral, Stronger, Weaker }

/// <summary>One field of the judge (policy or baseline) that a change touches.</summary>
/// <param name="Field">Stable name, independent of order and lines: <c>attacks.pgd-linf-0.3.steps</c>.</param>
/// <param name="Before">As text; "none" where there was nothing.</param>
/// <param name="Path">Key path in the changed policy, where a finding stands.</param>
/// <param name="AllowedBecause">Reason of the override that allows the change; null where none does, or none is needed.</param>
public sealed record JudgeChange(
    string Field, string Before, string After, JudgeEffect Effect, string Path, string? AllowedBecause = null)
{
    public const string None = "none";

    /// <summary>A number of which more is stricter.</summary>
    internal static IEnumerable<JudgeChange> MoreIsStronger(string field, double? before, double? after, string path, double absent) =>
        Numbers(field, before, after, path, (after ?? absent) > (before ?? absent));

    /// <summary>A number of which less is stricter.</summary>
    internal static IEnumerable<JudgeChange> LessIsStronger(string field, double? before, double? after, string path, double absent) =>
        Numbers(field, before, after, path, (after ?? absent) < (before ?? absent));

    /// <summary>A field of which any change is of one kind.</summary>
    internal static IEnumerable<JudgeChange> Any(string field, object? before, object? after, string path, JudgeEffect effect = JudgeEffect.Weaker)
    {
        if (Text(before) != Text(after))
        {
            yield return new(field, Text(before), Text(after), effect, path);
        }
    }

    internal static string Text(object? value) => value switch
    {
        null => None,
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Bounds bounds => string.Create(CultureInfo.InvariantCulture, $"[{bounds.Low:R}, {bounds.High:R}]"),
        bool flag => flag ? "true" : "false",
        Enum word => string.Concat(word.ToString().Select((letter, i) => (i > 0 && char.IsUpper(letter) ? "-" : "") + char.ToLowerInvariant(letter))),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? None,
    };

    private static IEnumerable<JudgeChange> Numbers(string field, double? before, double? after, string path, bool stronger)
    {
        if (before != after)
        {
            yield return new(field, Text(before), Text(after), stronger ? JudgeEffect.Stronger : JudgeEffect.Weaker, path);
        }
    }
}
