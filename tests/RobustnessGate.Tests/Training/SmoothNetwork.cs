using RobustnessGate.Regimes;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Training;

/// <summary>Two layers with tanh between, in float64: every derivative exists, so finite differences are an oracle.</summary>
internal sealed class SmoothNetwork : ITrainable
{
    public const int Inputs = 6;
    public const int Classes = 4;

    private readonly Tensor _first;
    private readonly Tensor _second;

    public SmoothNetwork(ulong seed, Device? device = null)
    {
        using var generator = new Generator(seed);
        using var scope = NewDisposeScope();
        _first = Weight(randn([9, Inputs], ScalarType.Float64, generator: generator));
        _second = Weight(randn([Classes, 9], ScalarType.Float64, generator: generator));

        Tensor Weight(Tensor drawn) => drawn.to(device ?? CPU).DetachFromDisposeScope().requires_grad_();
    }

    public IReadOnlyList<(string Name, Tensor Value)> Weights => [("first", _first), ("second", _second)];

    public IReadOnlyList<(string Name, Tensor Value)> Statistics => [];

    public bool CouplesSamples => false;

    public bool Training { get; set; }

    public Tensor Logits(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.matmul(_first.t()).tanh().matmul(_second.t()).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    public static TrainingSet Samples(int count, ulong seed)
    {
        using var generator = new Generator(seed);
        return new(
            rand([count, Inputs], ScalarType.Float64, generator: generator),
            randint(0, Classes, [count], ScalarType.Int64, generator: generator));
    }
}
