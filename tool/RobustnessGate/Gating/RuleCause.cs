using System.Collections.Immutable;

namespace RobustnessGate.Gating;

/// <summary>Why a rule says what it says. Results and findings hold it as its code.</summary>
internal enum RuleCause
{
    /// <summary>A drop against the baseline, beyond what is allowed and beyond chance.</summary>
    Fell,

    /// <summary>The same against the baseline of the last release.</summary>
    FellSinceRelease,

    BelowFloor,
    AboveCeiling,

    /// <summary>A statistic of the indicator moved further than is allowed, beyond chance.</summary>
    IndicatorWorsened,

    NotMeasured,

    /// <summary>The pinned outcomes are not of the same attack, norm or samples.</summary>
    Incomparable,

    /// <summary>Beyond what is allowed, and chance could explain it.</summary>
    CannotTell,

    FellWithinAllowed,
    Rose,

    /// <summary>The indicator is undefined at samples where it was defined.</summary>
    NewlyUndefined,

    /// <summary>A quantity that predicts robustness does not predict this model's.</summary>
    NoCriterion,

    /// <summary>There is no baseline yet, and <c>bootstrap</c> lets that pass.</summary>
    FirstUse,
}

/// <summary>The codes of <see cref="RuleCause"/>.</summary>
internal static class RuleCauses
{
    private static readonly ImmutableDictionary<RuleCause, string> Codes = new Dictionary<RuleCause, string>
    {
        [RuleCause.Fell] = "RG1001", [RuleCause.BelowFloor] = "RG1002", [RuleCause.AboveCeiling] = "RG1003",
        [RuleCause.IndicatorWorsened] = "RG1004", [RuleCause.NotMeasured] = "RG1005", [RuleCause.FellSinceRelease] = "RG1006",
        [RuleCause.CannotTell] = "RG1101", [RuleCause.FellWithinAllowed] = "RG1102", [RuleCause.Rose] = "RG1103",
        [RuleCause.NewlyUndefined] = "RG1105", [RuleCause.NoCriterion] = "RG1131",
        [RuleCause.Incomparable] = "RG0206", [RuleCause.FirstUse] = "RG0508",
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<string, RuleCause> Causes = Codes.ToImmutableDictionary(pair => pair.Value, pair => pair.Key);

    public static string Code(this RuleCause cause) => Codes[cause];

    /// <summary>Null where the code is of something that kept the rule from being judged.</summary>
    public static RuleCause? Of(string? code) => code is not null && Causes.TryGetValue(code, out var cause) ? cause : null;
}
