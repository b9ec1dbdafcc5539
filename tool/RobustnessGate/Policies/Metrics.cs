using RobustnessGate.Maths;

namespace RobustnessGate.Policies;

/// <summary>Names that a rule's <c>metric</c> may have.</summary>
internal static class Metrics
{
    public const string NaturalAccuracy = "natural-accuracy";
    public const string RobustAccuracy = "robust-accuracy";
    public const string WorstCaseAccuracy = "worst-case-accuracy";

    /// <summary>Metrics that count samples, and so are compared by a paired test.</summary>
    public static readonly string[] Accuracies = [NaturalAccuracy, RobustAccuracy, WorstCaseAccuracy];

    /// <summary>Metrics that summarise a per-sample quantity of the indicator.</summary>
    public static readonly string[] Indicators =
    [
        "jacobian-l1", "jacobian-l2", "jacobian-zero-ratio", "linear-radius", "linear-radius-l2", "linear-radius-l1",
        "linear-radius-jittered", "linear-radius-l2-jittered", "linear-radius-l1-jittered",
        "bounded-radius", "bounded-radius-l2", "bounded-radius-l1",
        "bounded-radius-jittered", "bounded-radius-l2-jittered", "bounded-radius-l1-jittered",
        "predicted-radius", "predicted-radius-l2", "predicted-radius-l1", CleverRadius,
        "jacobian-hoyer", "jacobian-hoyer-jittered", "jacobian-participation-ratio", "jacobian-participation-ratio-jittered",
        "jacobian-near-zero-ratio", "jacobian-near-zero-ratio-jittered", "non-linearity", "non-linearity-jittered",
        "gradient-change16", "gradient-change4", "gradient-change1",
        "gradient-change16-jittered", "gradient-change4-jittered", "gradient-change1-jittered",
        "hessian-l1", "hessian-spectral-norm", "hessian-nuclear-norm", "hessian-effective-rank", "hessian-zero-ratio", "hessian-rank-ratio",
        "margin-hessian-spectral-norm", "margin-hessian-nuclear-norm",
    ];

    private const string CleverRadius = "clever-radius";

    /// <summary>What the indicator section must ask for so that the metric is measured; null where it always is.</summary>
    public static string? Needs(string metric, IndicatorSection indicator) =>
        metric == CleverRadius && !indicator.Clever ? "clever: true"
        : metric.EndsWith("-jittered", StringComparison.Ordinal) && indicator.Jitter == 0 ? "jitter: 4"
        : null;

    /// <summary>
    /// Whether values of a quantity depend on the indicator's settings (ε, jitter, CLEVER's), so that those of other
    /// settings are another quantity.
    /// </summary>
    public static bool DependsOnSettings(string metric) =>
        metric.EndsWith("-jittered", StringComparison.Ordinal) || metric == CleverRadius
        || metric.StartsWith("predicted-", StringComparison.Ordinal) || metric.StartsWith("non-linearity", StringComparison.Ordinal)
        || metric.StartsWith("gradient-change", StringComparison.Ordinal);

    /// <summary>
    /// The norm in which a metric predicts how far samples withstand attacks, and so must hold against attacks to be
    /// judged by; null for metrics that predict nothing.
    /// </summary>
    public static Norm? Predicts(string metric) =>
        !metric.StartsWith("linear-radius", StringComparison.Ordinal) && !metric.StartsWith("bounded-radius", StringComparison.Ordinal)
            && !metric.StartsWith("predicted-radius", StringComparison.Ordinal)
            && metric != CleverRadius ? null
        : metric.Contains("-l2", StringComparison.Ordinal) ? Norm.L2
        : metric.Contains("-l1", StringComparison.Ordinal) ? Norm.L1
        : Norm.Linf;

    public static IEnumerable<string> All => Accuracies.Concat(Indicators);
}
