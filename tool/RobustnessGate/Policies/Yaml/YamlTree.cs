using System.Collections.Immutable;
using RobustnessGate.Policies.Binding;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RobustnessGate.Policies.Yaml;

/// <summary>
/// From YAML events to nodes with places. It takes the part of YAML that a policy needs (one document, text keys) and
/// refuses what makes a file mean more than it shows: anchors, aliases, tags, duplicate keys.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>Longer keys are cut in paths, so that many values under one huge key cannot use up the memory.</summary>
    private const int LongestKeyInPath = 64;

    private readonly IReadOnlyList<ParsingEvent> _events;
    private readonly Reading _reading;
    private int _next;

    private YamlTree(IReadOnlyList<ParsingEvent> events, Reading reading)
    {
        _events = events;
        _reading = reading;
    }

    /// <summary>The root of the only document; null after a refusal.</summary>
    public static Node? Read(string text, Reading reading)
    {
        if (YamlEvents.Scan(text, reading) is not { } events)
        {
            return null;
        }

        try
        {
            return new YamlTree(events, reading).Document();
        }
        catch (Unsupported refusal)
        {
            reading.Refuse(Codes.NotYaml, refusal.Line, refusal.Column, refusal.Message);
            return null;
        }
    }

    private Node? Document()
    {
        var starts = _events.OfType<DocumentStart>().ToArray();
        if (starts.Length == 0)
        {
            _reading.Refuse(Codes.Empty, 1, 1, "The file is empty, so it says nothing. A policy needs at least a model, data and a rule: robustness.yml.example of RobustnessGate is one to start from.");
            return null;
        }

        if (starts.Length > 1)
        {
            throw new Unsupported(starts[1].Start, "A second document starts here and would be ignored. A policy is one document.");
        }

        _next = 2; // after the starts of stream and document
        var root = Value("");
        return _events[_next] is DocumentEnd
            ? root
            : throw new Unsupported(_events[_next].Start, "What follows belongs to nothing. Look for a missing key just before.");
    }

    private Node Value(string path)
    {
        var current = _events[_next++];
        var (line, column) = ((int)current.Start.Line, (int)current.Start.Column);
        if (current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            throw new Unsupported(current.Start, "Anchors (&) and aliases (*) are not read, so that every value stands where it applies. Repeat the value.");
        }

        if (current is NodeEvent { Tag.IsEmpty: false })
        {
            throw new Unsupported(current.Start, "Tags (!) are not read. Write the value alone.");
        }

        return current switch
        {
            Scalar scalar => new ScalarNode(path, line, column, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => new SequenceNode(path, line, column, Items(path)),
            MappingStart => new MappingNode(path, line, column, Entries(path)),
            // Seen where a mapping starts with a colon: the parser then closes more than it opened.
            _ => throw new Unsupported(current.Start, "A key or a value is missing here or just before."),
        };
    }

    private ImmutableArray<Node> Items(string path)
    {
        var items = ImmutableArray.CreateBuilder<Node>();
        while (_events[_next] is not SequenceEnd)
        {
            items.Add(Value($"{path}[{items.Count}]"));
        }

        _next++;
        return items.ToImmutable();
    }

    private ImmutableArray<MappingEntry> Entries(string path)
    {
        var entries = ImmutableArray.CreateBuilder<MappingEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_events[_next] is not MappingEnd)
        {
            var start = _events[_next].Start;
            if (Value(path) is not ScalarNode key)
            {
                throw new Unsupported(start, "A key must be a single word, not a list or a mapping.");
            }

            var name = key.Text.Length > LongestKeyInPath ? key.Text[..LongestKeyInPath] : key.Text;
            var value = Value(path.Length == 0 ? name : $"{path}.{name}");
            if (seen.TryAdd(key.Text, key.Line))
            {
                entries.Add(new MappingEntry(key, value));
            }
            else
            {
                _reading.Refuse(
                    Codes.DuplicateKey, key,
                    $"{Quote.Of(key.Text)} is here for the second time (first in line {seen[key.Text]}); only one of them could apply. Remove one.");
            }
        }

        _next++;
        return entries.ToImmutable();
    }

    /// <summary>Valid YAML that a policy does not use: nothing after it can be trusted to mean what it shows.</summary>
    private sealed class Unsupported(Mark at, string message) : Exception(message)
    {
        public int Line { get; } = (int)at.Line;

        public int Column { get; } = (int)at.Column;
    }
}
