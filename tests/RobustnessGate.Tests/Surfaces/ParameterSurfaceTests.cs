using RobustnessGate.Maths;
using RobustnessGate.Results;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Training;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Surfaces;

public sealed class ParameterSurfaceTests
{
    private static readonly Architecture Small = new(
        [1, 6, 6],
        [new Layer.Conv(3, 3), new Layer.BatchNorm(), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(4)]);

    [Theory]
    [InlineData(DirectionKind.Orthogonal, DirectionKind.Random)]
    [InlineData(DirectionKind.Orthogonal, DirectionKind.CrossEntropy)]
    public void Weights_and_statistics_are_the_same_to_the_bit_afterwards(DirectionKind x, DirectionKind y)
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3) { Training = true };
        var before = Bits(network);

        var grid = Survey(network, new SurfaceSetting(x, y, 1) { Resolution = 5 });

        Assert.Equal(before, Bits(network));
        Assert.True(network.Training);
        Assert.Equal(25, grid.Losses.Distinct().Count());
    }

    [Fact]
    public void An_interruption_puts_them_back_too()
    {
        using var scope = NewDisposeScope();
        using var inner = new LayeredNetwork(Small, 3);
        var before = Bits(inner);
        var network = new Failing(inner, after: 7);

        Assert.Throws<InvalidOperationException>(() => Survey(network, new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1) { Resolution = 5 }));
        Assert.True(network.SawOtherWeights);
        Assert.Equal(before, Bits(inner));
    }

    [Fact]
    public void The_middle_is_the_mean_over_the_samples()
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3);
        var (inputs, labels) = Samples();
        var logits = network.Logits(inputs).detach();
        var grid = Survey(network, new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1) { Resolution = 5 });

        Assert.Equal(Losses.CrossEntropy(logits, labels).mean().item<float>(), grid.Losses[12], 1e-6);
        Assert.Equal(Margin.Of(logits, labels).mean().item<float>(), grid.Margins[12], 1e-5);
        Assert.Equal(Margin.Of(logits, labels).gt(0).to(ScalarType.Float32).mean().item<float>(), grid.Accuracies[12], 1e-6);
        Assert.Equal(new SurfaceOrigin(null, null, null, grid.Margins[12], grid.Losses[12], 10), grid.Origin);
    }

    [Fact]
    public void Each_filter_of_a_direction_is_as_long_as_the_weights_own_and_other_tensors_stay()
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3);
        var (inputs, labels) = Samples();
        var (x, y) = WeightDirections.Of(
            network, inputs, labels, new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.CrossEntropy, 1));

        foreach (var ((_, weight), (alpha, beta)) in network.Weights.Zip(x.Zip(y)))
        {
            if (weight.dim() < 2)
            {
                Assert.Equal(0, alpha.abs().max().item<float>());
                continue;
            }

            var own = weight.detach().flatten(1).norm(1, false, 2);
            Assert.True(own.allclose(alpha.flatten(1).norm(1, false, 2), 1e-4, 1e-6));
            Assert.True(own.allclose(beta.flatten(1).norm(1, false, 2), 1e-4, 1e-6));
            Assert.InRange((alpha * beta).sum().abs().item<float>(), 0, 1e-5 * own.pow(2).sum().item<float>() + 1e-6);
        }
    }

    [Fact]
    public void The_slope_in_the_middle_is_the_gradient_along_the_direction()
    {
        using var scope = NewDisposeScope();
        using var network = new SmoothNetwork(4);
        using var samples = SmoothNetwork.Samples(8, 5);
        var (inputs, labels) = (samples.Inputs, samples.Labels);
        var setting = new SurfaceSetting(DirectionKind.Random, DirectionKind.CrossEntropy, 1e-3) { Resolution = 3, Seed = 2 };
        var (x, y) = WeightDirections.Of(network, inputs, labels, setting);
        var total = Losses.CrossEntropy(network.Logits(inputs), labels).mean();
        var gradients = InputGradient.OfAll(total, [.. network.Weights.Select(weight => weight.Value)]);
        double Slope(Tensor[] direction) => gradients.Zip(direction, (g, d) => (g * d).sum().item<double>()).Sum();

        var grid = new ParameterSurface(network, "network").Of(inputs, labels, setting, 64, default);

        Assert.Equal(Slope(x), (grid.Losses[5] - grid.Losses[3]) / 2e-3, 1e-4 * Math.Abs(Slope(x)));
        Assert.Equal(Slope(y), (grid.Losses[7] - grid.Losses[1]) / 2e-3, 1e-4 * Math.Abs(Slope(y)));
        Assert.True(Slope(y) > 0);
    }

    private static SurfaceGrid Survey(ITrainable network, SurfaceSetting setting)
    {
        var (inputs, labels) = Samples();
        return new ParameterSurface(network, "network").Of(inputs, labels, setting, 4, default);
    }

    private static (Tensor Inputs, Tensor Labels) Samples()
    {
        using var generator = new Generator(9);
        return (rand([10, 1, 6, 6], generator: generator), randint(4, [10], generator: generator));
    }

    private static byte[][] Bits(ITrainable network) =>
        [.. network.State().Select(part => part.Value.detach().bytes.ToArray())];

    /// <summary>A network that fails after some passes.</summary>
    private sealed class Failing(LayeredNetwork inner, int after) : ITrainable
    {
        private readonly byte[][] _before = Bits(inner);
        private int _passes;

        public bool SawOtherWeights { get; private set; }

        public IReadOnlyList<(string Name, Tensor Value)> Weights => inner.Weights;

        public IReadOnlyList<(string Name, Tensor Value)> Statistics => inner.Statistics;

        public bool CouplesSamples => inner.CouplesSamples;

        public bool Training { get => inner.Training; set => inner.Training = value; }

        public Tensor Logits(Tensor x)
        {
            SawOtherWeights |= !Bits(inner).Zip(_before, (a, b) => a.AsSpan().SequenceEqual(b)).All(same => same);
            return ++_passes > after ? throw new InvalidOperationException("stop") : inner.Logits(x);
        }

        public void Dispose() => inner.Dispose();
    }
}
