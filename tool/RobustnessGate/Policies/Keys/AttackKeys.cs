using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys of an entry under <c>attacks</c>: those that all attacks have, and the chosen attack's parameters.</summary>
internal static class AttackKeys
{
    private static readonly Key<string> Id = Key.May(
        "id", new TextForm("letters, digits, '.', '_' and '-' (it becomes a file name)", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
        "name of the results; name-norm-epsilon by default");

    private static readonly Key<ImmutableArray<Epsilon>> Epsilons = Key.Must(
        "epsilon", new ListForm<Epsilon>(new EpsilonForm(), alsoSingle: true) { Absence = new EpsilonForm().Absence },
        "radius or radii in raw input units, or box for the per-sample region of the data");

    private static readonly Key<Target> Target = Key.Default<Target>(
        "target", new TargetForm(), new Target.None(),
        "a sample is broken when it becomes: any wrong class (none), the least likely one, this class, or the file's");

    private static readonly Key<Judge> Judge = Key.Default(
        "judge", Choice.Of<Judge>(), Maths.Judge.Any, "any point that the attack meets, or its last one alone");

    private static readonly Key<int> Eot = Key.May(
        "eot", new WholeForm<int>(new AtLeastAttribute(1)),
        "expectation over transformation: draws of a randomised model that each answer averages; 20 by default where the model proves random");

    private static readonly Key<int> Quantize = Key.May(
        "quantize", new WholeForm<int>(new BetweenAttribute(1, 16)),
        "judges points as the images of so many bits per feature that a deployment would see; 8 is usual");

    public static readonly Form<AttackEntry> Form = FormOf(AttackCatalog.All);

    /// <summary>The form of an entry that can name these attacks.</summary>
    public static Form<AttackEntry> FormOf(IReadOnlyList<Attack> attacks)
    {
        var name = Key.Must(
            "name",
            new ChoiceForm<string>([.. attacks.Select(a => (a.Name, a.Name))]) { UnknownCode = Codes.UnknownAttack, What = "attack" },
            "which attack");
        return new VariantForm<AttackEntry>(name, [Id, Epsilons, Target, Judge, Eot, Quantize], [.. attacks.Select(VariantOf)]);
    }

    private static Variant<AttackEntry> VariantOf(Attack attack)
    {
        var norm = Key.Default(
            "norm", new ChoiceForm<Norm>([.. attack.Norms.Select(n => (n.Name(), n))]), attack.Norms[0],
            $"norm of the perturbation; {attack.Name} is defined for {string.Join(", ", attack.Norms.Select(n => n.Name()))}");
        var parameters = new RecordParameters<Attack>(attack);
        return new([attack.Name], [norm, .. parameters.Keys], (_, fields) => Build(fields, parameters.Build(fields), fields.Get(norm)));
    }

    private static AttackEntry? Build(Fields fields, Attack attack, Norm norm)
    {
        if (attack.MinimalNorm && fields.Get(Judge) == Maths.Judge.Last)
        {
            fields.Reading.Refuse(
                Codes.NotApplicable, fields.At(Judge),
                $"'{attack.Name}' searches for the nearest adversarial point, and its result is the nearest that it met, not its last one. Remove judge.");
            return null;
        }

        if (attack is AutoAttack && fields.Get(Judge) == Maths.Judge.Last)
        {
            fields.Reading.Refuse(
                Codes.NotApplicable, fields.At(Judge),
                "a member of 'autoattack' searches for the nearest adversarial point, of which the last one says nothing. Remove judge.");
            return null;
        }

        return new AttackEntry(
            fields.Get(Id), attack, norm, fields.Get(Epsilons), fields.Get(Target)!, fields.Get(Judge), fields.Mapping.Path)
        {
            Eot = fields.Find(Eot), Quantize = fields.Find(Quantize),
        };
    }
}
