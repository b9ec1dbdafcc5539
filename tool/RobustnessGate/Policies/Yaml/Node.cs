using System.Collections.Immutable;

namespace RobustnessGate.Policies.Yaml;

/// <summary>A value in a YAML text and where it stands.</summary>
/// <param name="Path">Keys and indices from the root, e.g. <c>gate.rules[0].max-drop</c>; empty for the root.</param>
internal abstract record Node(string Path, int Line, int Column)
{
    /// <summary>The last part of the path as messages name it: a key, with indices where there are some.</summary>
    public string Name => Path.Length == 0 ? "the policy" : $"'{Path[(Path.LastIndexOf('.') + 1)..]}'";

    /// <summary>What it is, for messages of the form "must be X, not Y".</summary>
    public abstract string Kind { get; }
}

/// <param name="Plain">Written without quotes; quoted text is never a number, a truth value or nothing.</param>
internal sealed record ScalarNode(string Path, int Line, int Column, string Text, bool Plain) : Node(Path, Line, Column)
{
    /// <summary>Nothing stands there, or one of YAML's words for nothing.</summary>
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => Quote.Of(Text) + (Plain ? "" : " in quotes");
}

internal sealed record SequenceNode(string Path, int Line, int Column, ImmutableArray<Node> Items)
    : Node(Path, Line, Column)
{
    public override string Kind => "a list";
}

internal sealed record MappingNode(string Path, int Line, int Column, ImmutableArray<MappingEntry> Entries)
    : Node(Path, Line, Column)
{
    public override string Kind => "a mapping";

    /// <summary>The value of a key; null where the mapping lacks it.</summary>
    public Node? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value;
}

internal sealed record MappingEntry(ScalarNode Key, Node Value);
