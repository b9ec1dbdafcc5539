using System.Runtime.InteropServices;
using System.Text.Json;
using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Formally decided instances on published networks, from <c>shared/data/vnncomp</c>.</summary>
internal sealed class VnnComp
{
    public const string Index = "vnncomp/instances.json";

    private readonly string _folder = Path.GetDirectoryName(TestData.Shared(Index))!;
    private readonly byte[] _bounds;
    private readonly byte[] _counterexamples;

    public VnnComp()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(TestData.Shared(Index)!));
        Networks = [.. document.RootElement.GetProperty("networks").EnumerateObject().Select(network => network.Name)];
        Instances = [.. document.RootElement.GetProperty("instances").EnumerateArray().Select(Instance.Of)];
        _bounds = File.ReadAllBytes(Path.Combine(_folder, "bounds.f32"));
        _counterexamples = File.ReadAllBytes(Path.Combine(_folder, "counterexamples.f32"));
    }

    public IReadOnlyList<string> Networks { get; }

    public IReadOnlyList<Instance> Instances { get; }

    public byte[] Bytes(string network) => File.ReadAllBytes(Path.Combine(_folder, "onnx", network));

    public OnnxNetwork Read(string network) => OnnxNetwork.Load(Path.Combine(_folder, "onnx", network));

    public ReadOnlySpan<float> Lower(Instance instance) => Floats(_bounds, instance.Bounds, instance.Features);

    public ReadOnlySpan<float> Upper(Instance instance) => Floats(_bounds, instance.Bounds + instance.Features, instance.Features);

    public ReadOnlySpan<float> Counterexample(Instance instance) => Floats(_counterexamples, instance.Counterexample!.Value, instance.Features);

    /// <summary>Centres of the boxes of a network's first instances, (count, …input).</summary>
    public Tensor Centres(OnnxNetwork network, string name, int count)
    {
        var instances = Instances.Where(instance => instance.Network == name).ToList();
        var values = new List<float>();
        for (var i = 0; i < count; i++)
        {
            var lower = Lower(instances[i % instances.Count]);
            var upper = Upper(instances[i % instances.Count]);
            for (var j = 0; j < lower.Length; j++)
            {
                values.Add((lower[j] + upper[j]) / 2);
            }
        }

        return tensor(values.ToArray(), [count, .. network.InputShape!]);
    }

    private static ReadOnlySpan<float> Floats(byte[] bytes, long start, int count) =>
        MemoryMarshal.Cast<byte, float>(bytes).Slice((int)start, count);

    /// <param name="Label">Of an untargeted instance; of a targeted one, the class at the centre of its box.</param>
    /// <param name="Target">Of a targeted one.</param>
    /// <param name="Bounds">First element of the box in its file.</param>
    /// <param name="Counterexample">First element of a stored counterexample.</param>
    internal sealed record Instance(
        string Id, string Network, int Features, int Label, int? Target, string Verdict, long Bounds, long? Counterexample)
    {
        public static Instance Of(JsonElement json) => new(
            json.GetProperty("id").GetString()!,
            json.GetProperty("network").GetString()!,
            json.GetProperty("n").GetInt32(),
            (json.GetProperty("label") is { ValueKind: JsonValueKind.Number } label ? label : json.GetProperty("center_class")).GetInt32(),
            json.GetProperty("target") is { ValueKind: JsonValueKind.Number } target ? target.GetInt32() : null,
            json.GetProperty("verdict").GetString()!,
            json.GetProperty("bounds_offset").GetInt64(),
            json.TryGetProperty("counterexample", out var stored) && stored.ValueKind == JsonValueKind.Object ? stored.GetProperty("offset").GetInt64() : null);

        /// <summary>Not negative exactly where the instance is violated.</summary>
        public double Margin(IReadOnlyList<double> logits) => Target is { } target
            ? logits.Where((_, i) => i != target).Min(other => logits[target] - other)
            : logits.Where((_, i) => i != Label).Max() - logits[Label];
    }
}
