using System.Collections.Immutable;
using RobustnessGate.Maths;
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

    private static readonly Key<bool> Bootstrap = Key.Default(
        "bootstrap", new BooleanForm(), false, "first use: rules that compare pass with a warning while there is no baseline; remove it once one is pinned");

    private static readonly Key<string> Release = Key.May(
        "release", new PathForm(), "baseline of the last release, which max-total-drop compares with");

    private static readonly Key<double> MaxTotalDrop = Key.May(
        "max-total-drop", new NumberForm(new BetweenAttribute(0, 1)),
        "greatest fall since the release, as a fraction, of every accuracy that a rule compares: stops a slow erosion");

    private static readonly Key<ImmutableArray<Rule>> Rules = Key.Must(
        "rules", new ListForm<Rule>(RuleKeys.Form) { Absence = NothingJudged }, "what must hold");

    public static readonly Form<GateSection> Form = new SectionForm<GateSection>(
        [Baseline, Alpha, OnInconclusive, Bootstrap, Release, MaxTotalDrop, Rules], Build)
    {
        Absence = NothingJudged,
    };

    private static GateSection? Build(Fields fields)
    {
        var gate = new GateSection(fields.Get(Baseline), fields.Get(Alpha), fields.Get(OnInconclusive), fields.Get(Rules))
        {
            Bootstrap = fields.Get(Bootstrap),
            Release = fields.Get(Release),
            MaxTotalDrop = fields.Find(MaxTotalDrop),
        };
        if (gate.Release is null != gate.MaxTotalDrop is null)
        {
            fields.Reading.Refuse(
                Codes.RuleNeeds, gate.Release is null ? fields.At(MaxTotalDrop) : fields.At(Release),
                "'release' and 'max-total-drop' work together: what is compared with, and how far it may fall. Add the other one, or remove this.");
            return null;
        }

        if (gate.MaxTotalDrop is not null && gate.Rules.All(rule => rule.MaxDrop is null))
        {
            fields.Reading.Refuse(
                Codes.NothingJudged, fields.At(MaxTotalDrop),
                "'max-total-drop' watches the accuracies that a rule compares, and no rule has 'max-drop', so it would do nothing. Add max-drop to a rule, or remove this.");
            return null;
        }

        return gate;
    }
}
