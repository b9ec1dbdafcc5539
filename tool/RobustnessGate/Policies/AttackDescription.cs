using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;

namespace RobustnessGate.Policies;

/// <summary>What an attack was run with, as text that can be compared: equal text, comparable numbers.</summary>
internal static class AttackDescription
{
    /// <summary>
    /// The protocol's id, every parameter that has a value and every choice of the threat model, in invariant culture.
    /// The id of a standard is given only where all that the standard fixes is as it says; otherwise it is the attack's
    /// own, "name/1", whose number rises when the attack itself changes what it finds.
    /// </summary>
    public static string Protocol(AttackRun run) =>
        Describe(run.Entry, run.Epsilon.IsBox) + string.Concat(Kept(run).Select((radius, i) => (i == 0 ? " keeps=" : ",") + radius.Text));

    /// <summary>Whether two entries are the same attack under the same threat model, at whatever radii.</summary>
    public static bool Same(AttackEntry one, AttackEntry other) => Describe(one, box: false) == Describe(other, box: false);

    private static string Describe(AttackEntry entry, bool box)
    {
        IEnumerable<string?> words =
        [
            .. !box && Standard(entry) is { } standard ? [standard, .. Own(entry)] : new[] { $"{entry.Attack.Name}/1" },
            .. Words(entry.Attack),
            $"target={Text(entry.Target)}",
            $"judge={Text(entry.Judge)}",
            entry.Eot is { } draws ? $"eot={Text(draws)}" : null,
            entry.Quantize is { } bits ? $"quantize={Text(bits)}" : null,
        ];
        return string.Join(' ', words.OfType<string>());
    }

    /// <summary>The smaller radii of the entry whose points count at this one too; see <see cref="AttackEntry.KeepsPoints"/>.</summary>
    private static IEnumerable<Epsilon> Kept(AttackRun run) => run.Entry.KeepsPoints && !run.Epsilon.IsBox
        ? run.Entry.Epsilons.Where(radius => !radius.IsBox && radius.Value < run.Epsilon.Value).OrderBy(radius => radius.Value)
        : [];

    /// <summary>Two published protocols: the standard ensemble (Croce and Hein 2020) and that of Yu et al. 2018, Section 5.2.</summary>
    private static string? Standard(AttackEntry entry) => entry switch
    {
        not { Eot: null or 1, Quantize: null } => null,
        { Attack: AutoAttack, Norm: Norm.Linf or Norm.L2, Target: Target.None, Judge: Judge.Any } => $"aa-standard-{entry.Norm.Name()}/1",
        not { Judge: Judge.Last, Norm: Norm.Linf, Target: Target.None or Target.LeastLikely } => null,
        { Attack: Fgsm or Bim { Steps: 10, StepSize: 0.1 } or CwLinf { Steps: 10, StepSize: 0.1 } } => "seed-2018/1",
        _ => null,
    };

    /// <summary>Under the id of a standard, what it consists of: the ensemble's members, or the one attack of the paper's.</summary>
    private static IEnumerable<string> Own(AttackEntry entry) => entry.Attack is AutoAttack
        ? AutoAttack.Members.Select(member => $"{member.Name}({string.Join(',', Words(member))})")
        : [entry.Attack.Name];

    private static IEnumerable<string> Words(Attack attack) => Parameters(attack)
        .Where(parameter => parameter.Value is not null)
        .Select(parameter => $"{parameter.Key}={Text(parameter.Value!)}");

    /// <summary>The parameters of an attack's constructor, by key, with the values that this attack has.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Parameters(Attack attack)
    {
        var type = attack.GetType();
        foreach (var parameter in type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters())
        {
            var property = type.GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance)!;
            yield return new(JsonNamingPolicy.KebabCaseLower.ConvertName(parameter.Name!), property.GetValue(attack));
        }
    }

    /// <summary>Keys of the parameters of which more make the attack stronger, as their declarations say.</summary>
    public static IEnumerable<string> Efforts(Attack attack) => attack.GetType().GetProperties()
        .Where(property => property.IsDefined(typeof(EffortAttribute)))
        .Select(property => JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name));

    /// <summary>What the file holds counts, not what it is called.</summary>
    private static string TargetsOf(string path) =>
        File.Exists(path) ? $"sha256:{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..16]}" : "missing";

    private static string Text(object value) => value switch
    {
        Target.None => "none",
        Target.LeastLikely => "least-likely",
        Target.Class target => target.Label.ToString(CultureInfo.InvariantCulture),
        Target.File target => TargetsOf(target.Path),
        bool flag => flag ? "true" : "false",
        Enum word => JsonNamingPolicy.KebabCaseLower.ConvertName(word.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
