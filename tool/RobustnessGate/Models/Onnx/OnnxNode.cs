using RobustnessGate.Diagnostics;
using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>A node with its names resolved to slots: numbered places that hold one value each during a run.</summary>
/// <param name="Inputs">Slots; −1 for an optional input that is left out.</param>
/// <param name="Outputs">Slots; −1 for an optional output that nobody asked for.</param>
/// <param name="Opset">Version of the node's domain.</param>
internal sealed record OnnxNode(
    string Name, string Op, string Domain, int Opset, Operator Operator, Attributes Attributes, int[] Inputs, int[] Outputs)
{
    private const int MaxName = 200;

    /// <summary>How messages call the node: its operator, and its name where it has one.</summary>
    public string Display => Describe(Op, Domain, Name);

    public static string Describe(string op, string domain, string name) =>
        (domain.Length == 0 ? $"'{Visible(op)}'" : $"'{Visible(domain)}.{Visible(op)}'") + (name.Length == 0 ? "" : $" ({Visible(name)})");

    /// <summary>A file can call a node anything; terminals and reports show it.</summary>
    private static string Visible(string name) => PlainText.Shorten(PlainText.Clean(name), MaxName);

    public bool HasOutput(int index) => index < Outputs.Length && Outputs[index] >= 0;
}

/// <summary>The attributes of a node, by name and with the defaults of the caller.</summary>
internal sealed class Attributes(IEnumerable<AttributeProto> attributes)
{
    private readonly Dictionary<string, AttributeProto> _byName = ByName(attributes);

    public static Attributes None { get; } = new([]);

    public bool Has(string name) => _byName.ContainsKey(name);

    public long Int(string name, long otherwise) => _byName.TryGetValue(name, out var a) ? a.I : otherwise;

    public bool Flag(string name, bool otherwise = false) => Int(name, otherwise ? 1 : 0) != 0;

    public double Float(string name, double otherwise) => _byName.TryGetValue(name, out var a) ? a.F : otherwise;

    public string Text(string name, string otherwise) =>
        _byName.TryGetValue(name, out var a) ? a.S.ToStringUtf8() : otherwise;

    public long[]? Ints(string name) => _byName.TryGetValue(name, out var a) ? [.. a.Ints] : null;

    public double[]? Floats(string name) =>
        _byName.TryGetValue(name, out var a) ? [.. a.Floats.Select(value => (double)value)] : null;

    public TensorProto? Tensor(string name) => _byName.TryGetValue(name, out var a) ? a.T : null;

    private static Dictionary<string, AttributeProto> ByName(IEnumerable<AttributeProto> attributes)
    {
        var byName = new Dictionary<string, AttributeProto>(StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            byName[attribute.Name] = attribute;
        }

        return byName;
    }
}
