using System.Collections.Immutable;
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
        AddAll(architecture.Layers, architecture.InputShape, "");

        void AddAll(ImmutableArray<Layer> layers, ImmutableArray<int> input, string prefix)
        {
            var shapes = Layer.Shapes(input, layers);
            for (var i = 0; i < layers.Length; i++)
            {
                AddOne(layers[i], shapes[i], Name(prefix, i));
            }
        }

        void AddOne(Layer layer, ImmutableArray<int> input, string name)
        {
            switch (layer)
            {
                case Layer.Conv conv:
                    AddAffine(name, [conv.Channels, input[0] / conv.Groups, conv.Kernel, conv.Kernel]);
                    break;
                case Layer.Linear linear:
                    AddAffine(name, [linear.Features, input[0]]);
                    break;
                case Layer.BatchNorm:
                    Add(_weights, name + ".weight", ones(input[0]));
                    Add(_weights, name + ".bias", zeros(input[0]));
                    Add(_statistics, name + ".mean", zeros(input[0]));
                    Add(_statistics, name + ".variance", ones(input[0]));
                    break;
                case Layer.Residual residual:
                    AddAll(residual.Body, input, name + ".body.");
                    AddAll(residual.Shortcut, input, name + ".shortcut.");
                    break;
            }
        }

        void AddAffine(string name, long[] shape)
        {
            var bound = 1 / Math.Sqrt(shape.Skip(1).Aggregate(1L, (a, b) => a * b));
            Add(_weights, name + ".weight", ((rand(shape, generator: generator) * 2) - 1) * bound);
            Add(_weights, name + ".bias", ((rand(shape[0], generator: generator) * 2) - 1) * bound);
        }

        void Add(List<(string, Tensor)> list, string name, Tensor value)
        {
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
    public Tensor this[int layer, string part] => _byName[$"{Name("", layer)}.{part}"];

    public Tensor Logits(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Run(Architecture.Layers, x, "").MoveToOuterDisposeScope();
    }

    Linearisation? ITrainable.Linearise(Tensor x) => Linearisation.Of(Stages(), x);

    /// <summary>The network over its weights, in the mode that it is in.</summary>
    public StageGraph Stages()
    {
        var links = new List<Link>();
        AddLinks(links, Architecture.Layers, 0, "");
        return StageGraph.Of(links);
    }

    /// <summary>The layers as <see cref="OnnxWriter"/> takes them: the network of evaluation, with running statistics.</summary>
    public IReadOnlyList<OnnxLayer> ToOnnx() => ToOnnx(Architecture.Layers, "");

    private Tensor Run(ImmutableArray<Layer> layers, Tensor x, string prefix)
    {
        var value = x;
        for (var i = 0; i < layers.Length; i++)
        {
            var name = Name(prefix, i);
            value = layers[i] switch
            {
                Layer.Conv conv => Convolution.Of(value, Weight(name), Bias(name), Geometry(conv)),
                Layer.BatchNorm => Normalise(name, value),
                Layer.Relu => functional.relu(value),
                Layer.Gelu => functional.gelu(value),
                Layer.Silu => functional.silu(value),
                Layer.MaxPool pool => functional.max_pool2d(value, pool.Kernel, pool.Kernel),
                Layer.AvgPool pool => functional.avg_pool2d(value, pool.Kernel, pool.Kernel),
                Layer.GlobalAverage => value.mean([2, 3], keepdim: true),
                Layer.Flatten => value.flatten(1),
                Layer.Linear => functional.linear(value, Weight(name), Bias(name)),
                Layer.Residual residual => Run(residual.Body, value, name + ".body.") + Run(residual.Shortcut, value, name + ".shortcut."),
                var layer => throw new InvalidOperationException($"no computation for {layer.GetType().Name}"),
            };
        }

        return value;
    }

    /// <summary>Adds the links of some layers behind a value.</summary>
    /// <returns>The value that the last of them gives.</returns>
    private int AddLinks(List<Link> links, ImmutableArray<Layer> layers, int value, string prefix)
    {
        for (var i = 0; i < layers.Length; i++)
        {
            var name = Name(prefix, i);
            links.Add(layers[i] is Layer.Residual residual
                ? new(new SumStage(), [AddLinks(links, residual.Body, value, name + ".body."), AddLinks(links, residual.Shortcut, value, name + ".shortcut.")])
                : new(Stage(layers[i], name), [value]));
            value = links.Count;
        }

        return value;
    }

    private Stage Stage(Layer layer, string name) => layer switch
    {
        Layer.Conv conv => new ConvolutionStage(Weight(name), Bias(name), Geometry(conv)),
        Layer.Linear => new LinearStage(Weight(name), Bias(name)),
        Layer.BatchNorm when Training => new BatchNormalisationStage(Normalisation(name), Momentum),
        Layer.BatchNorm => new NormalisationStage(Normalisation(name)),
        Layer.Relu => new RectifyingStage(),
        Layer.Gelu => new CurveStage(Curve.Gelu),
        Layer.Silu => new CurveStage(Curve.Silu),
        Layer.MaxPool pool => new MaximumStage(pool.Kernel, pool.Kernel, padding: 0),
        Layer.AvgPool pool => new AverageStage([pool.Kernel, pool.Kernel], [pool.Kernel, pool.Kernel]),
        Layer.GlobalAverage => new GlobalAverageStage(),
        Layer.Flatten => new FlatteningStage(),
        _ => throw new InvalidOperationException($"no stage for {layer.GetType().Name}"),
    };

    /// <remarks>
    /// The graph refers to the running statistics and reads them again on the way back. A copy keeps a later batch
    /// from changing a gradient that is still to be taken.
    /// </remarks>
    private Tensor Normalise(string name, Tensor value)
    {
        var (weight, bias, mean, variance, stabiliser) = Normalisation(name);
        return Training
            ? functional.batch_norm(value, mean, variance, weight, bias, true, Momentum, stabiliser)
            : functional.batch_norm(value, mean.clone(), variance.clone(), weight, bias, false, Momentum, stabiliser);
    }

    private List<OnnxLayer> ToOnnx(ImmutableArray<Layer> layers, string prefix) =>
    [
        .. layers.Select((layer, i) => (layer, name: Name(prefix, i))).Select(pair => pair.layer switch
        {
            Layer.Conv conv => (OnnxLayer)new OnnxLayer.Conv2d(Weight(pair.name), Bias(pair.name), conv.Stride, conv.Padding, conv.Groups),
            Layer.BatchNorm => new OnnxLayer.BatchNorm(
                Weight(pair.name), Bias(pair.name), _byName[pair.name + ".mean"], _byName[pair.name + ".variance"], Stabiliser),
            Layer.Relu => new OnnxLayer.Relu(),
            Layer.Gelu => new OnnxLayer.Gelu(),
            Layer.Silu => new OnnxLayer.Silu(),
            Layer.MaxPool pool => new OnnxLayer.MaxPool2d(pool.Kernel, pool.Kernel),
            Layer.AvgPool pool => new OnnxLayer.AvgPool2d(pool.Kernel, pool.Kernel),
            Layer.GlobalAverage => new OnnxLayer.GlobalAvgPool2d(),
            Layer.Flatten => new OnnxLayer.Flatten(),
            Layer.Linear => new OnnxLayer.Linear(Weight(pair.name), Bias(pair.name)),
            Layer.Residual residual => new OnnxLayer.Residual(
                ToOnnx(residual.Body, pair.name + ".body."), ToOnnx(residual.Shortcut, pair.name + ".shortcut.")),
            var other => throw new InvalidOperationException($"no ONNX for {other.GetType().Name}"),
        }),
    ];

    public void Dispose()
    {
        foreach (var tensor in _byName.Values)
        {
            tensor.Dispose();
        }
    }

    private Tensor Weight(string name) => _byName[name + ".weight"];

    private Tensor Bias(string name) => _byName[name + ".bias"];

    private Normalisation Normalisation(string name) =>
        new(Weight(name), Bias(name), _byName[name + ".mean"], _byName[name + ".variance"], Stabiliser);

    private static ConvolutionGeometry Geometry(Layer.Conv conv) =>
        new([conv.Stride, conv.Stride], [conv.Padding, conv.Padding], [1, 1], conv.Groups);

    private static string Name(string prefix, int layer) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{layer}");
}
