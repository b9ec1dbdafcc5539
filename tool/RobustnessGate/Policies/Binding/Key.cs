using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>A key of a mapping: its name, what it means, and how its value is written.</summary>
internal abstract class Key(string name, string description, bool required)
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    public bool Required { get; } = required;

    public abstract bool TryRead(Node node, Reading reading, out object? value);

    public abstract void RefuseAbsence(MappingNode mapping, Reading reading);

    public abstract JsonObject Schema();

    public static Key<T> Must<T>(string name, Form<T> form, string description) => new(name, form, description, required: true);

    public static Key<T> May<T>(string name, Form<T> form, string description) => new(name, form, description, required: false);

    public static Key<T> Default<T>(string name, Form<T> form, T value, string description)
        where T : notnull => new(name, form, description, required: false, value, hasDefault: true);
}

/// <param name="value">Where the file lacks the key; null for an optional key without default.</param>
internal sealed class Key<T>(
    string name, Form<T> form, string description, bool required, T? value = default, bool hasDefault = false)
    : Key(name, description, required)
{
    public T? Value { get; } = value;

    public override bool TryRead(Node node, Reading reading, out object? value)
    {
        var read = form.TryRead(node, reading, out var typed);
        value = typed;
        return read;
    }

    public override void RefuseAbsence(MappingNode mapping, Reading reading)
    {
        var (code, why) = form.Absence ?? (Codes.MissingKey, $"It must be {form.Words}.");
        reading.Refuse(code, mapping, $"{(mapping.Path.Length == 0 ? "the policy" : mapping.Name)} lacks '{Name}' ({Description}). {why}");
    }

    public override JsonObject Schema()
    {
        var schema = form.Schema();
        schema["description"] = Description;
        if (hasDefault && form.ToJson(Value!) is { } json and not JsonArray { Count: 0 })
        {
            schema["default"] = json;
        }

        return schema;
    }
}

/// <summary>The keys of one mapping as they were read.</summary>
internal sealed class Fields(MappingNode mapping, Reading reading)
{
    private readonly Dictionary<Key, object?> _values = [];

    public MappingNode Mapping => mapping;

    public Reading Reading => reading;

    public void Set(Key key, object? value) => _values[key] = value;

    /// <summary>Whether the file has the key, with a well-formed value.</summary>
    public bool Has(Key key) => _values.ContainsKey(key);

    /// <summary>The value, or the key's default.</summary>
    [return: MaybeNull]
    public T Get<T>(Key<T> key) => _values.TryGetValue(key, out var value) ? (T?)value : key.Value;

    /// <summary>The value; null where the file lacks the key.</summary>
    public T? Find<T>(Key<T> key)
        where T : struct => Has(key) ? Get(key) : null;

    /// <summary>Where the key's value stands; the mapping where the file lacks it.</summary>
    public Node At(Key key) => mapping.Find(key.Name) ?? mapping;
}
