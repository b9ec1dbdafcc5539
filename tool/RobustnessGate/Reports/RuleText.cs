using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

namespace RobustnessGate.Reports;

/// <summary>The cells of a rule in the tables of all reports.</summary>
internal static class RuleText
{
    /// <summary>From so many samples on, a hundredth of a point is a sample.</summary>
    private const int FineTotal = 5000;

    /// <summary>" (min 0.97, max drop 0.5 points)".</summary>
    public static string Limits(RuleLimits limits)
    {
        var words = new List<string>();
        void Add(double? limit, string format, Func<double, string> number)
        {
            if (limit is { } value)
            {
                words.Add(string.Format(CultureInfo.InvariantCulture, format, number(value)));
            }
        }

        Func<double, string> plain = value => value.ToString("R", CultureInfo.InvariantCulture);
        Add(limits.Min, "min {0}", plain);
        Add(100 * limits.Confidence, "with {0} % confidence", value => Words.Value(value));
        Add(limits.Max, "max {0}", plain);
        Add(limits.MaxDrop, "max drop {0} points", Words.Points);
        Add(limits.MaxDropRatio, "max fall {0}", Words.Percent);
        Add(limits.MaxRiseRatio, "max rise {0}", Words.Percent);
        return $" ({string.Join(", ", words)})";
    }

    /// <summary>What was pinned: a count, or a value.</summary>
    public static string Baseline(RuleResult rule) =>
        rule.BaselineCount?.ToString(CultureInfo.InvariantCulture) ?? Words.Value(rule.BaselineValue);

    /// <summary>What is measured now: a count, or a value.</summary>
    public static string Now(RuleResult rule) =>
        rule.Count?.ToString(CultureInfo.InvariantCulture) ?? Words.Value(rule.Value);

    /// <summary>The change as now minus baseline: points of an accuracy, per cent of an indicator.</summary>
    public static string Change(RuleResult rule)
    {
        if (rule.Drop is not { } drop || !double.IsFinite(drop))
        {
            return "–";
        }

        Func<double, string> number = rule.Count is null
            ? value => Signed(value, "0.0") + " %"
            : value => Signed(value, rule.Total >= FineTotal ? "0.00" : "0.0");
        var interval = rule.DropInterval is { } ends ? $" ({number(-ends.High)} … {number(-ends.Low)})" : "";
        return number(-drop) + interval;
    }

    private static string Signed(double fraction, string format)
    {
        var text = Math.Abs(100 * fraction).ToString(format, CultureInfo.InvariantCulture);
        return text.Trim('0', '.').Length == 0 ? text : (fraction < 0 ? "−" : "+") + text;
    }

    public static string Outcome(RuleResult rule) => rule.Outcome switch
    {
        RuleOutcome.Passed => "✅ passed",
        RuleOutcome.Warned => $"⚠️ warning {rule.Code}",
        RuleOutcome.Inconclusive => $"❔ inconclusive {rule.Code}",
        _ when rule.Cause is RuleCause.Fell or RuleCause.FellSinceRelease or RuleCause.BelowFloor or RuleCause.AboveCeiling or RuleCause.IndicatorWorsened => $"❌ failed {rule.Code}",
        _ => $"❌ not judged {rule.Code}",
    };

    /// <summary>A p-value with its exponent raised: 2e-8 is 2·10⁻⁸.</summary>
    public static string P(double p)
    {
        var text = Words.P(p);
        var e = text.IndexOf("e-", StringComparison.Ordinal);
        return e < 0 ? text : $"{text[..e]}·10⁻{string.Concat(text[(e + 2)..].Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']))}";
    }
}
