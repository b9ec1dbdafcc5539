namespace RobustnessGate.Maths;

/// <summary>The norm in which a perturbation is measured.</summary>
public enum Norm { Linf, L2, L1, L0 }

internal static class NormNames
{
    public static string Name(this Norm norm) => norm switch
    {
        Norm.Linf => "linf",
        Norm.L2 => "l2",
        Norm.L1 => "l1",
        Norm.L0 => "l0",
        _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "unknown norm"),
    };
}
