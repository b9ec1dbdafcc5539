using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>Text of a certain look.</summary>
/// <param name="pattern">Regular expression, anchored at both ends.</param>
internal sealed class TextForm(string words, string pattern) : Form<string>
{
    public override string Words => words;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = pattern };

    public override JsonNode? ToJson(string value) => value;

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out string value)
    {
        value = (node as ScalarNode)?.Text;
        return (value is not null && !value.EndsWith('\n') && Regex.IsMatch(value, pattern, RegexOptions.NonBacktracking))
            || RefuseKind(node, reading);
    }
}

/// <summary>A file or folder; relative to the policy file, absolute once read. Whether it exists is for its reader to say.</summary>
internal sealed class PathForm : Form<string>
{
    public override string Words => "the path of a file";

    public override JsonObject Schema() => new() { ["type"] = "string", ["minLength"] = 1 };

    public override JsonNode? ToJson(string value) => value;

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out string value)
    {
        value = null;
        if (node is not ScalarNode { Text: var text } || string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl))
        {
            return RefuseKind(node, reading);
        }

        value = Path.GetFullPath(text, reading.Directory);
        return true;
    }
}

/// <summary><c>true</c> or <c>false</c>, and none of the other words that YAML has had for them.</summary>
internal sealed class BooleanForm : Form<bool>
{
    public override string Words => "true or false";

    public override JsonObject Schema() => new() { ["type"] = "boolean" };

    public override JsonNode? ToJson(bool value) => value;

    protected override bool TryReadValue(Node node, Reading reading, out bool value)
    {
        value = node is ScalarNode { Plain: true, Text: "true" };
        return value || node is ScalarNode { Plain: true, Text: "false" } || RefuseKind(node, reading);
    }
}

/// <summary>One of several words.</summary>
/// <param name="choices">Words and what they mean, in the order of the documentation.</param>
internal sealed class ChoiceForm<T>(params IReadOnlyList<(string Word, T Value)> choices) : Form<T>
    where T : notnull
{
    /// <summary>Code of a word that is none of the choices.</summary>
    public string UnknownCode { get; init; } = Codes.UnknownChoice;

    /// <summary>What the choices are, as in "unknown attack"; null to speak of the key.</summary>
    public string? What { get; init; }

    public override string Words => choices.Count == 1
        ? choices[0].Word
        : string.Join(", ", choices.SkipLast(1).Select(c => c.Word)) + " or " + choices[^1].Word;

    public override JsonObject Schema() =>
        new() { ["enum"] = new JsonArray([.. choices.Select(c => JsonValue.Create(c.Word))]) };

    public override JsonNode? ToJson(T value) => choices.First(c => c.Value.Equals(value)).Word;

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not ScalarNode scalar)
        {
            return RefuseKind(node, reading);
        }

        foreach (var (word, meaning) in choices)
        {
            if (word == scalar.Text)
            {
                value = meaning;
                return true;
            }
        }

        reading.Refuse(
            UnknownCode, node,
            (What is null ? $"{node.Name} cannot be {Quote.Of(scalar.Text)}." : $"unknown {What} {Quote.Of(scalar.Text)}.")
            + Nearest.Hint(scalar.Text, choices.Select(c => c.Word)));
        return false;
    }
}

/// <summary>Makes forms whose type is known only by example.</summary>
internal static class Choice
{
    /// <summary>The members of an enum in kebab case.</summary>
    public static ChoiceForm<T> Of<T>()
        where T : struct, Enum => new([.. Enum.GetValues<T>().Select(value => (JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()), value))]);

    public static ChoiceForm<string> Of(IEnumerable<string> words) => new([.. words.Select(word => (word, word))]);
}
