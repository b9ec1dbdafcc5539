namespace RobustnessGate.Regimes;

/// <summary>Every regime that a policy can name. A new regime is one file and one line here.</summary>
internal static class RegimeCatalog
{
    /// <summary>Regimes with their default parameters.</summary>
    public static readonly Regime[] All =
    [
        new Natural(), new Jacobian(), new Gradient(), new Adversarial(), new JacobianAdversarial(), new MinMax(),
        new Trades(), new Curvature(),
    ];
}
