namespace RobustnessGate.Policies.Binding;

/// <summary>Names of the code as a policy writes them.</summary>
internal static class Kebab
{
    /// <summary><c>StepSize</c> → <c>step-size</c>.</summary>
    public static string Case(string name) => string.Concat(name.Select((c, i) =>
        char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
