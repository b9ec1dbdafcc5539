using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys of a rule under <c>gate.rules</c>: its metric selects which there are.</summary>
internal static class RuleKeys
{
    private static readonly NumberForm Share = new(new BetweenAttribute(0, 1));

    private static readonly Key<string> Metric = Key.Must(
        "metric",
        new ChoiceForm<string>([.. Metrics.All.Select(m => (m, m))]) { UnknownCode = Codes.UnknownMetric, What = "metric" },
        "what is judged");

    private static readonly Key<RuleSeverity> Severity = Key.Default(
        "severity", Choice.Of<RuleSeverity>(), RuleSeverity.Error, "error fails the gate, warning only says so");

    private static readonly Key<string> Attack = Key.Must(
        "attack", new TextForm("the id or name of an entry under attacks", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), "id or name of an entry under attacks");

    private static readonly Key<Epsilon> Radius = Key.May(
        "epsilon", new EpsilonForm(), "picks one radius of the entry; needed where it has several");

    private static readonly Key<Epsilon> GreatestRadius = Key.Must(
        "epsilon", new EpsilonForm(), "everything evaluated at this radius or a smaller one counts");

    private static readonly Key<Norm> Norm = Key.Default(
        "norm", new ChoiceForm<Norm>([.. Enum.GetValues<Norm>().Select(n => (n.Name(), n))]), Maths.Norm.Linf, "attacks in this norm count");

    private static readonly Key<Statistic> Statistic = Key.Default(
        "statistic", Choice.Of<Statistic>(), Policies.Statistic.Median, "over the samples of the indicator");

    private static readonly Key<double> Confidence = Key.May(
        "confidence", new NumberForm(new InsideAttribute(0.5, 1)),
        "min must hold for the true accuracy with this confidence (Clopper-Pearson), not only for these samples: 0.95 is usual");

    private static readonly Key<double> MaxDrop = Key.May(
        "max-drop", Share, "greatest fall against the baseline, as a fraction of the samples: 0.01 is one point");

    private static readonly Key<double> MaxDropRatio = Key.May(
        "max-drop-ratio", Share, "greatest relative fall against the baseline: 0.1 is a tenth");

    private static readonly Key<double> MaxRiseRatio = Key.May(
        "max-rise-ratio", Share, "greatest relative rise against the baseline: 0.1 is a tenth");

    private static readonly Limits OfAccuracy = new(Share);
    private static readonly Limits OfShare = new(Share);
    private static readonly Limits OfQuantity = new(new NumberForm());

    public static readonly Form<Rule> Form = new VariantForm<Rule>(Metric, [Severity],
    [
        Accuracy(Metrics.NaturalAccuracy),
        Accuracy(Metrics.RobustAccuracy, Attack, Radius),
        Accuracy(Metrics.WorstCaseAccuracy, Norm, GreatestRadius),
        Indicator([.. Metrics.Indicators.Where(IsShare)], OfShare),
        Indicator([.. Metrics.Indicators.Where(metric => !IsShare(metric))], OfQuantity),
    ]);

    private static bool IsShare(string metric) => metric.EndsWith("-ratio", StringComparison.Ordinal);

    private static Variant<Rule> Accuracy(string metric, params Key[] which) =>
        new([metric], [.. which, OfAccuracy.Min, Confidence, OfAccuracy.Max, MaxDrop], (_, fields) => Build(metric, fields, OfAccuracy));

    private static Variant<Rule> Indicator(string[] metrics, Limits limits) => new(
        metrics, [Statistic, limits.Min, limits.Max, MaxDropRatio, MaxRiseRatio],
        (metric, fields) => Build(metric, fields, limits));

    private static Rule? Build(string metric, Fields fields, Limits limits)
    {
        var rule = new Rule(
            metric, fields.Get(Attack), fields.Find(Radius) ?? fields.Find(GreatestRadius), fields.Get(Norm), fields.Get(Statistic),
            fields.Find(limits.Min), fields.Find(limits.Max), fields.Find(MaxDrop), fields.Find(MaxDropRatio), fields.Find(MaxRiseRatio),
            fields.Get(Severity), fields.Mapping.Path)
        {
            Confidence = fields.Find(Confidence),
        };
        if (rule is { Min: null, Max: null, Compares: false })
        {
            var limitNames = Metrics.Accuracies.Contains(metric)
                ? "min, max or max-drop" : "min, max, max-drop-ratio or max-rise-ratio";
            fields.Reading.Refuse(
                Codes.NothingJudged, fields.Mapping, $"this rule sets no limit, so it could never fail. Add {limitNames}.");
            return null;
        }

        if (rule is { Confidence: not null, Min: null })
        {
            fields.Reading.Refuse(
                Codes.NotApplicable, fields.At(Confidence), "'confidence' says how sure 'min' must be, but there is no 'min', so it would do nothing. Add min, or remove it.");
            return null;
        }

        if (rule.Min > rule.Max)
        {
            fields.Reading.Refuse(
                Codes.OutOfRange, fields.At(limits.Min), "'min' is greater than 'max', so the rule could never pass. Swap them, or drop one.");
            return null;
        }

        return rule;
    }

    /// <summary>Floor and ceiling of a metric; their range is the metric's.</summary>
    private sealed class Limits(NumberForm form)
    {
        public Key<double> Min { get; } = Key.May("min", form, "least value that passes");

        public Key<double> Max { get; } = Key.May("max", form, "greatest value that passes");
    }
}
