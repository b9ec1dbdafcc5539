using RobustnessGate.Hardening;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;
using Layer = RobustnessGate.Training.Layer;

namespace RobustnessGate.Benchmarks;

/// <summary>What a step of each regime costs, beside a natural one: loss, gradients of the weights, Adam.</summary>
internal static class TrainingStepCost
{
    private const int Batch = 64;
    private const int Steps = 12;
    private const int Turns = 3;

    /// <summary>
    /// Floor of the exact penalty: a natural step is one forward and one backward pass, weights included. The penalty
    /// adds a backward pass to the input, a forward pass along the direction that it finds, and that pass's gradients of
    /// the weights: twice as many products, and the step of the first convolution back to the input. Windows are searched
    /// for their maxima once.
    /// </summary>
    public static void Run()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var inputs = rand([Batch, 1, 28, 28], generator: generator);
        var labels = randint(10, [Batch], generator: generator);
        (string, Action) Contest((string Name, Regime Regime) entry, ITrainable network, Tensor? others = null)
        {
            var optimizer = new Optimizer.State(new Optimizer.Adam(), network);
            network.Training = true;
            return (entry.Name, () => Train(entry.Regime, network, optimizer, others ?? inputs, labels));
        }

        Console.WriteLine("convolutions 16 and 32, fully connected 100 (54,000 weights)");
        Interleaved.Run(4, Turns, [.. Penalties.Select(entry => Contest(entry, new LayeredNetwork(Architecture.Mnist, 2018)))]);
        Interleaved.Run(2, 1, [.. Attacks.Select(entry => Contest(entry, new LayeredNetwork(Architecture.Mnist, 2018)))]);
        Console.WriteLine("the same as an ONNX file");
        Interleaved.Run(4, Turns, [.. Penalties.Take(2).Select(entry => Contest(entry, FromFile(Architecture.Mnist)))]);
        Normalised(generator, Contest);
        Console.WriteLine("convolutions 32 and 64, fully connected 1024 (1,100,000 weights)");
        Interleaved.Run(2, Turns, [.. Penalties.Take(4).Select(entry => Contest(entry, new LayeredNetwork(Wide, 2018)))]);
    }

    /// <summary>Natural, the exact penalty, and every third step; each with batch normalisation.</summary>
    private static void Normalised(Generator generator, Func<(string, Regime), ITrainable, Tensor?, (string, Action)> contest)
    {
        var images = rand([Batch, 3, 32, 32], generator: generator);
        foreach (var width in new[] { 16, 32 })
        {
            Console.WriteLine($"residual network of nine convolutions from {width} channels on, batch normalisation, images of 3×32×32, statistics of the batch");
            Interleaved.Run(1, 1, [.. Three.Select(entry => contest(entry, new LayeredNetwork(Residual(width), 2018), images))]);
            Console.WriteLine("the same as an ONNX file, running statistics");
            Interleaved.Run(1, 1, [.. Three.Select(entry => contest(entry, FromFile(Residual(width)), images))]);
        }
    }

    private static readonly Architecture Wide = new(
        [1, 28, 28],
        [
            new Layer.Conv(32, 5), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Conv(64, 5), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Flatten(), new Layer.Linear(1024), new Layer.Relu(), new Layer.Linear(10),
        ]);

    /// <summary>A block each of three widths, as in the residual networks for CIFAR-10 of He et al. 2016, whose width is 16.</summary>
    private static Architecture Residual(int width) => new(
        [3, 32, 32],
        [
            new Layer.Conv(width, 3, Padding: 1), new Layer.BatchNorm(), new Layer.Relu(), Block(width, 1), new Layer.Relu(), Block(2 * width, 2), new Layer.Relu(),
            Block(4 * width, 2), new Layer.Relu(), new Layer.GlobalAverage(), new Layer.Flatten(), new Layer.Linear(10),
        ]);

    private static Layer.Residual Block(int channels, int stride) => new(
        [
            new Layer.Conv(channels, 3, stride, Padding: 1), new Layer.BatchNorm(), new Layer.Relu(),
            new Layer.Conv(channels, 3, Padding: 1), new Layer.BatchNorm(),
        ],
        stride == 1 ? [] : [new Layer.Conv(channels, 1, stride), new Layer.BatchNorm()]);

    private static readonly (string Name, Regime Regime)[] Penalties =
    [
        ("natural", new Natural()),
        ("jacobian", new Jacobian(Ramp: 0)),
        ("jacobian, interval: 2", new Jacobian(Ramp: 0, Interval: 2)),
        ("jacobian, interval: 3", new Jacobian(Ramp: 0, Interval: 3)),
        ("gradient", new Gradient(Ramp: 0)),
        ("curvature", new Curvature(Ramp: 0)),
    ];

    private static IEnumerable<(string Name, Regime Regime)> Three => Penalties.Where((_, i) => i is 0 or 1 or 3);

    private static readonly (string Name, Regime Regime)[] Attacks =
    [
        ("natural", new Natural()),
        ("adversarial, craft: online", new Adversarial(Epsilon: 0.3)),
        ("min-max", new MinMax(Epsilon: 0.3, Ramp: 0)),
        ("trades", new Trades(Epsilon: 0.3, Ramp: 0)),
    ];

    private static TrainableModel FromFile(Architecture architecture)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        using var network = new LayeredNetwork(architecture, 2018);
        OnnxWriter.Write(path, network.ToOnnx(), architecture.InputShape);
        var model = new TrainableModel(
            new ModelSection(path, null, new InputSection(architecture.InputShape, new Bounds(0, 1), [], [])), CPU);
        File.Delete(path);
        return model;
    }

    private static void Train(Regime regime, ITrainable network, Optimizer.State optimizer, Tensor inputs, Tensor labels)
    {
        Tensor[] weights = [.. network.Weights.Select(weight => weight.Value)];
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var loss = regime.Loss(new(network, inputs, labels, optimizer.Steps, 0.5, new Bounds(0, 1), 2018));
            optimizer.Step(InputGradient.OfAll(loss.Total, weights), 1e-5);
        }
    }
}
