using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>
/// A policy with one key of its gate changed, to judge stored outcomes again: <c>gate.alpha=0.05</c>,
/// <c>rules[1].max-drop=0.02</c>. Only what is judged can change, never what was measured.
/// </summary>
internal static partial class WhatIf
{
    private static readonly ImmutableSortedDictionary<string, Func<Rule, double?, Rule>> Limits =
        new Dictionary<string, Func<Rule, double?, Rule>>
        {
            ["confidence"] = (rule, value) => rule with { Confidence = value },
            ["max"] = (rule, value) => rule with { Max = value },
            ["max-drop"] = (rule, value) => rule with { MaxDrop = value },
            ["max-drop-ratio"] = (rule, value) => rule with { MaxDropRatio = value },
            ["max-rise-ratio"] = (rule, value) => rule with { MaxRiseRatio = value },
            ["min"] = (rule, value) => rule with { Min = value },
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <param name="assignment"><c>key=value</c>; a limit's value may be <c>none</c>.</param>
    /// <exception cref="MistakeException">RG0005: not such an assignment, or a value out of range.</exception>
    public static Policy Apply(Policy policy, string assignment)
    {
        var (key, value) = assignment.Split('=', 2) is [var left, var right]
            ? (left.Trim(), right.Trim())
            : throw Mistake($"'{assignment}' is not of the form key=value");
        key = key.StartsWith("gate.", StringComparison.Ordinal) ? key["gate.".Length..] : key;
        return policy with { Gate = Apply(policy.Gate, key, value) };
    }

    private static GateSection Apply(GateSection gate, string key, string value)
    {
        if (key == "alpha")
        {
            return gate with { Alpha = Number(key, value, x => x > 0 && x < 1, "between 0 and 1") };
        }

        if (key == "on-inconclusive")
        {
            return gate with
            {
                OnInconclusive = value switch
                {
                    "warn" => OnInconclusive.Warn,
                    "fail" => OnInconclusive.Fail,
                    _ => throw Mistake($"'{key}' is warn or fail, not '{value}'"),
                },
            };
        }

        if (RuleKey().Match(key) is not { Success: true } match)
        {
            throw Mistake($"'{key}' cannot be changed. Known: gate.alpha, gate.on-inconclusive, rules[i].severity, {string.Join(", ", Limits.Keys.Select(name => $"rules[i].{name}"))}");
        }

        var i = int.Parse(match.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
        if (i >= gate.Rules.Length)
        {
            throw Mistake($"there is no rules[{i}]: the policy has {gate.Rules.Length} rules, counted from 0");
        }

        return gate with { Rules = gate.Rules.SetItem(i, Change(gate.Rules[i], match.Groups["name"].Value, value)) };
    }

    private static Rule Change(Rule rule, string name, string value)
    {
        if (name == "severity")
        {
            return rule with
            {
                Severity = value switch
                {
                    "error" => RuleSeverity.Error,
                    "warning" => RuleSeverity.Warning,
                    _ => throw Mistake($"'{name}' is error or warning, not '{value}'"),
                },
            };
        }

        if (!Limits.TryGetValue(name, out var set))
        {
            throw Mistake($"'{name}' is no limit of a rule. Known: severity, {string.Join(", ", Limits.Keys)}");
        }

        var accuracy = Metrics.Accuracies.Contains(rule.Metric);
        var fits = name switch
        {
            "max-drop" or "confidence" => accuracy,
            "max-drop-ratio" or "max-rise-ratio" => !accuracy,
            _ => true,
        };
        if (!fits)
        {
            throw Mistake($"{rule.Metric} has no '{name}'");
        }

        if (value == "none")
        {
            var without = set(rule, null);
            return without is { Min: null, Max: null, Compares: false }
                ? throw Mistake($"without '{name}' the rule sets no limit, so it could never fail")
                : without;
        }

        var share = accuracy || name.EndsWith("-ratio", StringComparison.Ordinal) || rule.Metric.EndsWith("-ratio", StringComparison.Ordinal);
        return set(rule, Number(name, value, x => !share || (x >= 0 && x <= 1), "between 0 and 1"));
    }

    private static double Number(string key, string value, Func<double, bool> allows, string range) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && allows(number)
            ? number
            : throw Mistake($"'{key}' must be a number {range}, not '{value}'");

    private static MistakeException Mistake(string message) => new(
        ExitCode.BadCommandLine, new Finding("RG0005", Severity.Error, null, $"--what-if: {message}."));

    [GeneratedRegex(@"^rules\[(?<index>\d{1,4})\]\.(?<name>[a-z-]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex RuleKey();
}
