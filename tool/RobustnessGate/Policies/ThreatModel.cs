using System.Globalization;

namespace RobustnessGate.Policies;

/// <summary>The norm in which a perturbation is measured.</summary>
public enum Norm { Linf, L2, L1, L0 }

public static class NormNames
{
    public static string Name(this Norm norm) => norm switch
    {
        Norm.Linf => "linf",
        Norm.L2 => "l2",
        Norm.L1 => "l1",
        _ => "l0",
    };
}

/// <summary>A radius in raw input units, or <c>box</c>: the per-sample region of the data.</summary>
/// <param name="Value">The radius; NaN for the box.</param>
/// <param name="Text">Invariant text as used in ids: the shortest form of <paramref name="Value"/>, or "box".</param>
public readonly record struct Epsilon(double Value, string Text) : IComparable<Epsilon>
{
    public static readonly Epsilon Box = new(double.NaN, "box");

    public bool IsBox => double.IsNaN(Value);

    public static Epsilon Of(double value) => new(value, value.ToString("R", CultureInfo.InvariantCulture));

    public int CompareTo(Epsilon other) => Value.CompareTo(other.Value);

    public override string ToString() => Text;
}

/// <summary>What counts as broken: any wrong class, or one certain class.</summary>
public abstract record Target
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

/// <summary>Which points of an attack are judged: any that it meets, or its final iterate alone.</summary>
public enum Judge { Any, Last }
