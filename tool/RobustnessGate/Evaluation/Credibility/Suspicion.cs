using RobustnessGate.Diagnostics;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>A sign that robust counts may be an illusion.</summary>
/// <param name="Finding">With the figure.</param>
/// <param name="Clause">The same in a few words, for the summary.</param>
/// <param name="Decisive">Whether it alone takes the counts' credit. Of others two are needed.</param>
internal sealed record Suspicion(Finding Finding, string Clause, bool Decisive)
{
    /// <summary>Whether it is cross-entropy's gradient that vanishes: then a longer search on the margin proves the point.</summary>
    public bool Underflow { get; init; }

    /// <summary>Whether it is the policy's doing: it counts against the model only beside something else.</summary>
    public bool IsEffort { get; init; }

    /// <summary>RG1120, where the signs together say that the model hides its gradients; null where they do not.</summary>
    public static Finding? Conclude(IReadOnlyList<Suspicion> signs, Diagnostics.Location where)
    {
        if (!signs.Any(sign => sign.Decisive) && signs.Count < 2)
        {
            return null;
        }

        var clauses = signs.Select(sign => sign.Clause).ToArray();
        var said = clauses.Length == 1 ? clauses[0] : $"{string.Join(", ", clauses[..^1])}, and {clauses[^1]}";
        var codes = string.Join(", ", signs.Select(sign => sign.Finding.Code).Distinct());
        return new Finding("RG1120", Severity.Warning, where,
            $"this model hides its gradients: {said}. The robust count is an illusion; see {codes}.");
    }
}
