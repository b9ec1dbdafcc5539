using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>
/// A way to write a value in a policy. It reads the value and describes itself for the JSON schema, so that what is
/// accepted and what is documented cannot drift apart.
/// </summary>
internal abstract class Form<T>
{
    /// <summary>What must stand there, in words that follow "must be".</summary>
    public abstract string Words { get; }

    /// <summary>Code and reason for a value that is absent or empty, where it deserves more than the general one.</summary>
    public (string Code, string Why)? Absence { get; init; }

    /// <summary>Reads a value, or refuses it with a finding.</summary>
    public bool TryRead(Node node, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        if (node is ScalarNode { IsNull: true } or SequenceNode { Items.IsEmpty: true })
        {
            var (code, why) = Absence ?? (Codes.Empty, $"It must be {Words}; leave the key out for its default, if it has one.");
            reading.Refuse(code, node, $"{node.Name} is empty. {why}");
            value = default;
            return false;
        }

        return TryReadValue(node, reading, out value);
    }

    /// <summary>The form as JSON schema.</summary>
    public abstract JsonObject Schema();

    /// <summary>A value as it would stand in the file, for defaults in the schema.</summary>
    public abstract JsonNode? ToJson(T value);

    /// <param name="node">Neither null nor an empty list.</param>
    protected abstract bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out T value);

    protected bool RefuseKind(Node node, Reading reading, string advice = "")
    {
        reading.Refuse(Codes.WrongKind, node, $"{node.Name} must be {Words}, not {node.Kind}.{advice}");
        return false;
    }
}
