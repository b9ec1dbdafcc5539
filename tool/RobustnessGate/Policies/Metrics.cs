namespace RobustnessGate.Policies;

/// <summary>Names that a rule's <c>metric</c> may have.</summary>
public static class Metrics
{
    public const string NaturalAccuracy = "natural-accuracy";
    public const string RobustAccuracy = "robust-accuracy";
    public const string WorstCaseAccuracy = "worst-case-accuracy";

    /// <summary>Metrics that count samples, and so are compared by a paired test.</summary>
    public static readonly string[] Accuracies = [NaturalAccuracy, RobustAccuracy, WorstCaseAccuracy];

    /// <summary>Metrics that summarise a per-sample quantity of the indicator.</summary>
    public static readonly string[] Indicators =
    [
        "jacobian-l1", "jacobian-zero-ratio", "linear-radius",
        "hessian-l1", "hessian-spectral-norm", "hessian-zero-ratio", "hessian-rank-ratio",
    ];

    public static IEnumerable<string> All => Accuracies.Concat(Indicators);
}
