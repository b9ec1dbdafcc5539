using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Tests.LinearMaps;

/// <summary>The short way to a penalty's derivatives, against double backpropagation in float64.</summary>
public class LinearisationTests
{
    private static readonly (string Name, Architecture Architecture)[] Networks =
    [
        ("convolutions and pools", new Architecture(
            [1, 16, 16],
            [
                new Layer.Conv(5, 5), new Layer.Relu(), new Layer.MaxPool(2), new Layer.Conv(6, 3), new Layer.Relu(), new Layer.MaxPool(2),
                new Layer.Flatten(), new Layer.Linear(9), new Layer.Relu(), new Layer.Linear(4),
            ])),
        ("strides and padding", new Architecture(
            [3, 11, 9],
            [
                new Layer.Conv(5, 4, Stride: 2, Padding: 1), new Layer.Relu(), new Layer.Conv(6, 3, Padding: 2),
                new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3),
            ])),
        ("pools that are not rectified, and drop a border", new Architecture(
            [3, 12, 12],
            [new Layer.Conv(4, 2), new Layer.MaxPool(3), new Layer.Conv(5, 2), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3)])),
        ("rectified twice", new Architecture(
            [1, 6, 6], [new Layer.Conv(3, 3, Padding: 1), new Layer.Relu(), new Layer.Relu(), new Layer.MaxPool(2), new Layer.Flatten(), new Layer.Linear(3)])),
        ("averages of planes at the end", new Architecture(
            [3, 8, 6],
            [new Layer.Conv(5, 3, Padding: 1), new Layer.Relu(), new Layer.Conv(4, 3, Stride: 2), new Layer.GlobalAverage(), new Layer.Flatten()])),
        ("averages of planes between layers", new Architecture(
            [2, 6, 6], [new Layer.Conv(6, 3), new Layer.Relu(), new Layer.GlobalAverage(), new Layer.Flatten(), new Layer.Linear(4)])),
        ("averages of planes at the start", new Architecture(
            [6, 4, 4], [new Layer.GlobalAverage(), new Layer.Flatten(), new Layer.Linear(20), new Layer.Relu(), new Layer.Linear(3)])),
        ("no convolution", new Architecture(
            [2, 3, 3], [new Layer.Flatten(), new Layer.Linear(20), new Layer.Relu(), new Layer.Linear(5)])),
        ("groups and averages of windows", new Architecture(
            [4, 11, 10],
            [
                new Layer.Conv(6, 3, Groups: 2), new Layer.Relu(), new Layer.AvgPool(2), new Layer.Conv(6, 3, Stride: 2, Padding: 1, Groups: 6),
                new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3),
            ])),
        ("normalised", new Architecture(
            [2, 7, 6],
            [
                new Layer.Conv(5, 3), new Layer.BatchNorm(), new Layer.Relu(), new Layer.Conv(4, 3, Stride: 2), new Layer.BatchNorm(),
                new Layer.GlobalAverage(), new Layer.Flatten(), new Layer.Linear(3), new Layer.BatchNorm(),
            ])),
        ("normalised first", new Architecture(
            [2, 5, 6], [new Layer.BatchNorm(), new Layer.Conv(5, 3), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3)])),
        ("a residual network", new Architecture(
            [3, 8, 8],
            [
                new Layer.Conv(6, 3, Padding: 1), new Layer.BatchNorm(), new Layer.Relu(), Block(6, 1), new Layer.Relu(), Block(8, 2), new Layer.Relu(),
                new Layer.GlobalAverage(), new Layer.Flatten(), new Layer.Linear(4),
            ])),
        ("a residual block at the start", new Architecture([3, 6, 6], [Block(3, 1), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3)])),
        ("GELU", new Architecture(
            [2, 8, 8],
            [new Layer.Conv(5, 3), new Layer.BatchNorm(), new Layer.Gelu(), new Layer.AvgPool(2), new Layer.Flatten(), new Layer.Linear(7), new Layer.Gelu(), new Layer.Linear(3)])),
        ("SiLU", new Architecture(
            [2, 8, 8],
            [new Layer.Conv(5, 3), new Layer.Silu(), new Layer.MaxPool(2), new Layer.Residual([new Layer.Conv(5, 3, Padding: 1), new Layer.Silu()], []), new Layer.Flatten(), new Layer.Linear(3)])),
        ("smooth first", new Architecture([6], [new Layer.Gelu(), new Layer.Linear(7), new Layer.Silu(), new Layer.Linear(3)])),
        ("one layer", new Architecture([7], [new Layer.Linear(3)])),
    ];

    private static Layer.Residual Block(int channels, int stride) => new(
        [
            new Layer.Conv(channels, 3, stride, Padding: 1), new Layer.BatchNorm(), new Layer.Relu(),
            new Layer.Conv(channels, 3, Padding: 1), new Layer.BatchNorm(),
        ],
        stride == 1 ? [] : [new Layer.Conv(channels, 1, stride), new Layer.BatchNorm()]);

    private static readonly Regime[] Penalties =
    [
        new Jacobian(0.3, GradientNorm.L1, Ramp: 0), new Jacobian(0.3, GradientNorm.L2, Ramp: 0),
        new Jacobian(0.3, GradientNorm.Linf, Ramp: 0), new Gradient(0.3, Ramp: 0),
    ];

    public static IEnumerable<object[]> Cases
    {
        get
        {
            var cases = new TheoryData<string, Regime, bool>();
            foreach (var (name, _) in Networks)
            {
                foreach (var regime in Penalties)
                {
                    cases.Add(name, regime, true);
                    cases.Add(name, regime, false);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    internal void Loss_penalty_and_gradients_are_those_of_double_backpropagation(string name, Regime regime, bool training)
    {
        using var scope = NewDisposeScope();
        using var network = Network(name);
        using var same = Network(name);
        (network.Training, same.Training) = (training, training);
        using var plain = new Plain(same);
        Spread(network);
        Spread(same);
        var (loss, gradients) = Step(network);
        var (expected, truth) = Step(plain);
        AssertClose(expected.Total, loss.Total);
        AssertClose(expected.Fit, loss.Fit);
        AssertClose(expected.Penalty!, loss.Penalty!);
        Assert.True(truth.Sum(gradient => gradient.abs().sum().item<double>()) > 0.1);
        // A bias before a normalisation has no derivative: what is left of it is rounding, and as large as the others let it be.
        var scale = truth.Max(gradient => gradient.abs().max().item<double>());
        foreach (var (exact, gradient) in truth.Zip(gradients))
        {
            AssertClose(exact, gradient, scale);
        }

        foreach (var (exact, statistic) in same.Statistics.Zip(network.Statistics))
        {
            AssertClose(exact.Value, statistic.Value);
        }

        (StepLoss, Tensor[]) Step(ITrainable trainable)
        {
            var x = Inputs(network);
            var labels = arange(x.shape[0]) % 3;
            var step = regime.Loss(new TrainingStep(trainable, x, labels, Number: 0, Progress: 1, new Bounds(0, 1), Seed: 5));
            return (step, InputGradient.OfAll(step.Total, [.. trainable.Weights.Select(weight => weight.Value)]));
        }
    }

    [Theory]
    [InlineData(1, 12, 16, 5, 1, 0)]
    [InlineData(1, 12, 16, 5, 1, 2)]
    [InlineData(3, 10, 14, 3, 1, 1)]
    [InlineData(3, 9, 7, 3, 1, 1)]
    [InlineData(4, 8, 8, 1, 1, 0)]
    [InlineData(5, 8, 8, 3, 1, 1)]
    [InlineData(1, 13, 12, 4, 3, 1)]
    [InlineData(1, 8, 8, 2, 1, 2)]
    public void The_transposed_convolution_is_the_one_of_autograd(int channels, int height, int width, int kernel, int stride, int padding)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var x = rand([2, channels, height, width], ScalarType.Float64, generator: generator).requires_grad_();
        var weight = randn([6, channels, kernel, kernel], ScalarType.Float64, generator: generator).requires_grad_();
        var output = F.conv2d(x, weight, null, [stride, stride], [padding, padding]);
        var gradient = randn(output.shape, ScalarType.Float64, generator: generator);
        var expected = InputGradient.Of((output * gradient).sum(), x);
        AssertClose(expected, ConvolutionTransposed.Of(gradient, weight, x.shape, new([stride, stride], [padding, padding], [1, 1], Groups: 1)));
    }

    private static LayeredNetwork Network(string name) =>
        new(Networks.Single(network => network.Name == name).Architecture, 11, ScalarType.Float64);

    /// <summary>Gives a normalisation weights and statistics of no special values.</summary>
    private static void Spread(LayeredNetwork network)
    {
        using var frozen = no_grad();
        using var generator = new Generator(8);
        foreach (var (_, value) in network.Statistics.Concat(network.Weights.Where(weight => weight.Value.dim() == 1)))
        {
            value.add_(rand(value.shape, ScalarType.Float64, generator: generator) * 0.3);
        }
    }

    private static Tensor Inputs(LayeredNetwork network)
    {
        using var generator = new Generator(5);
        return rand([4, .. network.Architecture.InputShape.Select(size => (long)size)], ScalarType.Float64, generator: generator);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double least = 1e-3)
    {
        Assert.Equal(expected.shape, actual.shape);
        var scale = Math.Max(least, expected.abs().max().item<double>());
        Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12 * scale);
    }

    /// <summary>The same network without its short way.</summary>
    private sealed class Plain(ITrainable network) : ITrainable
    {
        public IReadOnlyList<(string Name, Tensor Value)> Weights => network.Weights;

        public IReadOnlyList<(string Name, Tensor Value)> Statistics => network.Statistics;

        public bool CouplesSamples => network.CouplesSamples;

        public bool Training { get; set; }

        public Tensor Logits(Tensor x) => network.Logits(x);

        public void Dispose()
        {
        }
    }
}
