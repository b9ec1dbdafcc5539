namespace RobustnessGate.Maths;

/// <summary>What counts as broken: any wrong class, or one certain class.</summary>
internal abstract record Target
{
    /// <summary>Any class but the true one.</summary>
    public sealed record None : Target;

    /// <summary>The class with the lowest logit on the clean sample (Yu et al. 2018, Eq. 3).</summary>
    public sealed record LeastLikely : Target;

    /// <summary>The same class for every sample.</summary>
    public sealed record Class(int Label) : Target;

    /// <summary>One class per sample, from an integer NPY file (absolute path).</summary>
    public sealed record File(string Path) : Target;
}
