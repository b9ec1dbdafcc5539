using System.Collections.Immutable;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>gate</c>.</summary>
internal static class GateKeys
{
    /// <summary>Why a gate without rules is a mistake and not an empty promise.</summary>
    private static readonly (string Code, string Why) NothingJudged = (
        Codes.NothingJudged,
        "Without a rule nothing is judged, so the gate would always pass. Add one, for example: gate: { rules: [ { metric: natural-accuracy, min: 0.9 } ] }.");

    private static readonly Key<string> Baseline = Key.May(
        "baseline", new PathForm(), "file of pinned results that max-drop, max-drop-ratio and max-rise-ratio compare with");

    private static readonly Key<double> Alpha = Key.Default(
        "alpha", new NumberForm(new InsideAttribute(0, 1)), 0.01, "significance level of comparisons with the baseline");

    private static readonly Key<OnInconclusive> OnInconclusive = Key.Default(
        "on-inconclusive", Choice.Of<OnInconclusive>(), Policies.OnInconclusive.Warn,
        "what too few samples to tell a real drop from chance mean: a warning, or exit code 9");

    private static readonly Key<ImmutableArray<Rule>> Rules = Key.Must(
        "rules", new ListForm<Rule>(RuleKeys.Form) { Absence = NothingJudged }, "what must hold");

    public static readonly Form<GateSection> Form = new SectionForm<GateSection>(
        [Baseline, Alpha, OnInconclusive, Rules],
        fields => new GateSection(fields.Get(Baseline), fields.Get(Alpha), fields.Get(OnInconclusive), fields.Get(Rules)))
    {
        Absence = NothingJudged,
    };
}
