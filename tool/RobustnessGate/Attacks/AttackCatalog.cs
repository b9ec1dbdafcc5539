namespace RobustnessGate.Attacks;

/// <summary>Every attack that a policy can name. A new attack is one file and one line here.</summary>
public static class AttackCatalog
{
    /// <summary>Attacks with their default parameters.</summary>
    public static readonly Attack[] All = 
    [
        new Noise(), new Fgsm(), new Bim(), new MiFgsm(), new CwLinf(), new Pgd(),
        new ApgdCe(), new ApgdDlr(), new ApgdT(), new FabT(), new Square(), new AutoAttack(),
        new DeepFool(), new Ddn(), new Fmn(), new CwL2(), new Jsma(), new Spsa(),
    ];
}
