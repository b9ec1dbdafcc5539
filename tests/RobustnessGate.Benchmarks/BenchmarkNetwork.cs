using RobustnessGate.Models;
using RobustnessGate.Training;
using static TorchSharp.torch;

namespace RobustnessGate.Benchmarks;

/// <summary>A network of layers as the engine takes networks: no file, no preprocessing.</summary>
internal sealed class BenchmarkNetwork(LayeredNetwork network) : INetwork
{
    public string Format => "layers";

    public bool SupportsDouble => false;

    public long Parameters => network.Weights.Sum(weight => weight.Value.numel());

    public IReadOnlyList<long>? InputShape => [1, 28, 28];

    public Tensor Forward(Tensor input) => network.Logits(input);

    public void Dispose()
    {
    }
}
