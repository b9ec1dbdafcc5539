using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using RobustnessGate.Policies;

namespace RobustnessGate.Attacks;

/// <summary>What an attack was run with, as text that can be compared: equal text, comparable numbers.</summary>
public static class AttackDescription
{
    /// <summary>"name/1" with every parameter that has a value and every choice of the threat model, in invariant culture.</summary>
    /// <remarks>The number after the name rises when the attack itself changes what it finds.</remarks>
    public static string Protocol(AttackEntry entry)
    {
        var words = Parameters(entry.Attack)
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Key}={Text(parameter.Value!)}")
            .Append($"target={Text(entry.Target)}")
            .Append($"judge={Text(entry.Judge)}");
        return $"{entry.Attack.Name}/1 {string.Join(' ', words)}";
    }

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
