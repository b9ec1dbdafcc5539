using System.Globalization;
using RobustnessGate.Kernels;
using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Training;

/// <summary>An <see cref="Architecture"/> with weights.</summary>
internal sealed class LayeredNetwork : ITrainable
{
    /// <summary>Share of a new batch in the running statistics.</summary>
    private const double Momentum = 0.1;

    /// <summary>Added to a variance before the root, so that a constant feature divides by more than zero.</summary>
    public const double Stabiliser = 1e-5;

    private readonly List<(string Name, Tensor Value)> _weights = [];
    private readonly List<(string Name, Tensor Value)> _statistics = [];
    private readonly Dictionary<string, Tensor> _byName = [];

    /// <param name="seed">
    /// Of the initial weights, drawn uniformly from ±1/√fan-in for weights and biases alike (PyTorch's default;
    /// He et al. 2015 with a = √5).
    /// </param>
    /// <exception cref="ArgumentException">The layers do not fit each other.</exception>
    public LayeredNetwork(Architecture architecture, long seed, ScalarType type = ScalarType.Float32, Device? device = null)
    {
        Architecture = architecture;
        using var scope = NewDisposeScope();
        using var generator = Randomness.For(seed, Randomness.Purpose.Initialisation, 0);
        var shapes = architecture.Shapes();
        for (var i = 0; i < architecture.Layers.Length; i++)
        {
            var input = shapes[i];
            switch (architecture.Layers[i])
            {
                case Layer.Conv conv:
                    AddAffine(i, [conv.Channels, input[0], conv.Kernel, conv.Kernel]);
                    break;
                case Layer.Linear linear:
                    AddAffine(i, [linear.Features, input[0]]);
                    break;
                case Layer.BatchNorm:
                    Add(_weights, i, "weight", ones(input[0]));
                    Add(_weights, i, "bias", zeros(input[0]));
                    Add(_statistics, i, "mean", zeros(input[0]));
                    Add(_statistics, i, "variance", ones(input[0]));
                    break;
            }
        }

        void AddAffine(int layer, long[] shape)
        {
            var bound = 1 / Math.Sqrt(shape.Skip(1).Aggregate(1L, (a, b) => a * b));
            Add(_weights, layer, "weight", ((rand(shape, generator: generator) * 2) - 1) * bound);
            Add(_weights, layer, "bias", ((rand(shape[0], generator: generator) * 2) - 1) * bound);
        }

        void Add(List<(string, Tensor)> list, int layer, string part, Tensor value)
        {
            var name = Name(layer, part);
            var own = value.to(type, device ?? CPU, copy: true).DetachFromDisposeScope();
            own.requires_grad = list == _weights;
            list.Add((name, own));
            _byName.Add(name, own);
        }
    }

    public Architecture Architecture { get; }

    public IReadOnlyList<(string Name, Tensor Value)> Weights => _weights;

    public IReadOnlyList<(string Name, Tensor Value)> Statistics => _statistics;

    public bool CouplesSamples => _statistics.Count > 0;

    public bool Training { get; set; }

    bool ITrainable.IsOwnGraph => true;

    /// <summary>A tensor of one layer: <c>weight</c>, <c>bias</c>, <c>mean</c> or <c>variance</c>.</summary>
    public Tensor this[int layer, string part] => _byName[Name(layer, part)];

    public Tensor Logits(Tensor x)
    {
        using var scope = NewDisposeScope();
        var value = x;
        for (var i = 0; i < Architecture.Layers.Length; i++)
        {
            value = Architecture.Layers[i] switch
            {
                Layer.Conv conv => Convolution.Of(
                    value, this[i, "weight"], this[i, "bias"],
                    new([conv.Stride, conv.Stride], [conv.Padding, conv.Padding], [1, 1], Groups: 1)),
                Layer.BatchNorm => Normalise(i, value),
                Layer.Relu => functional.relu(value),
                Layer.MaxPool pool => functional.max_pool2d(value, pool.Kernel, pool.Kernel),
                Layer.GlobalAverage => value.mean([2, 3], keepdim: true),
                Layer.Flatten => value.flatten(1),
                Layer.Linear => functional.linear(value, this[i, "weight"], this[i, "bias"]),
                var layer => throw new InvalidOperationException($"no computation for {layer.GetType().Name}"),
            };
        }

        return value.MoveToOuterDisposeScope();
    }

    Linearisation? ITrainable.Linearise(Tensor x)
    {
        var stages = Architecture.Layers.Select(Stage).ToList();
        return stages.Contains(null) ? null : Linearisation.Of(Linearisation.Row(stages!), x);
    }

    private Stage? Stage(Layer layer, int i) => layer switch
    {
        Layer.Conv conv => new ConvolutionStage(this[i, "weight"], this[i, "bias"], conv.Stride, conv.Padding),
        Layer.Linear => new LinearStage(this[i, "weight"], this[i, "bias"]),
        Layer.Relu => new RectifyingStage(),
        Layer.MaxPool pool => new MaximumStage(pool.Kernel, pool.Kernel, padding: 0),
        Layer.GlobalAverage => new GlobalAverageStage(),
        Layer.Flatten => new FlatteningStage(),
        _ => null,
    };

    /// <remarks>
    /// The graph refers to the running statistics and reads them again on the way back. A copy keeps a later batch
    /// from changing a gradient that is still to be taken.
    /// </remarks>
    private Tensor Normalise(int layer, Tensor value)
    {
        var (mean, variance) = (this[layer, "mean"], this[layer, "variance"]);
        return Training
            ? functional.batch_norm(value, mean, variance, this[layer, "weight"], this[layer, "bias"], true, Momentum, Stabiliser)
            : functional.batch_norm(
                value, mean.clone(), variance.clone(), this[layer, "weight"], this[layer, "bias"], false, Momentum, Stabiliser);
    }

    /// <summary>The layers as <see cref="OnnxWriter"/> takes them: the network of evaluation, with running statistics.</summary>
    public IReadOnlyList<Models.Onnx.OnnxLayer> ToOnnx() =>
    [
        .. Architecture.Layers.Select((layer, i) => layer switch
        {
            Layer.Conv conv => (Models.Onnx.OnnxLayer)new Models.Onnx.OnnxLayer.Conv2d(
                this[i, "weight"], this[i, "bias"], conv.Stride, conv.Padding),
            Layer.BatchNorm => new Models.Onnx.OnnxLayer.BatchNorm(
                this[i, "weight"], this[i, "bias"], this[i, "mean"], this[i, "variance"], Stabiliser),
            Layer.Relu => new Models.Onnx.OnnxLayer.Relu(),
            Layer.MaxPool pool => new Models.Onnx.OnnxLayer.MaxPool2d(pool.Kernel, pool.Kernel),
            Layer.GlobalAverage => new Models.Onnx.OnnxLayer.GlobalAvgPool2d(),
            Layer.Flatten => new Models.Onnx.OnnxLayer.Flatten(),
            Layer.Linear => new Models.Onnx.OnnxLayer.Linear(this[i, "weight"], this[i, "bias"]),
            _ => throw new InvalidOperationException($"no ONNX for {layer.GetType().Name}"),
        }),
    ];

    public void Dispose()
    {
        foreach (var tensor in _byName.Values)
        {
            tensor.Dispose();
        }
    }

    private static string Name(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"{layer}.{part}");
}
