using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Regimes;
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
    internal void Weights_and_statistics_are_the_same_to_the_bit_afterwards(DirectionKind x, DirectionKind y)
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3);
        var before = Bits(network);

        var grid = Survey(network, new SurfaceSetting(x, y, 1) { Resolution = 5 });

        Assert.Equal(before, Bits(network));
        Assert.Equal(25, grid.Losses.Distinct().Count());
    }

    [Fact]
    public void An_interruption_puts_them_back_too()
    {
        using var scope = NewDisposeScope();
        using var inner = new LayeredNetwork(Small, 3);
        var before = Bits(inner);
        var (passes, moved) = (0, false);
        var network = Open(inner) with
        {
            Logits = x =>
            {
                moved |= !Bits(inner).Zip(before, (a, b) => a.AsSpan().SequenceEqual(b)).All(same => same);
                return ++passes > 7 ? throw new InvalidOperationException("stop") : inner.Logits(x);
            },
        };

        Assert.Throws<InvalidOperationException>(() => Survey(network, new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1) { Resolution = 5 }));
        Assert.True(moved);
        Assert.Equal(before, Bits(inner));
    }

    [Fact]
    public void The_middle_is_the_mean_over_the_samples()
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3) { Training = false };
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
            Open(network), inputs, labels, new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.CrossEntropy, 1), 4);

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
        var (x, y) = WeightDirections.Of(Open(network), inputs, labels, setting, 64);
        var total = Losses.CrossEntropy(network.Logits(inputs), labels).mean();
        var gradients = InputGradient.OfAll(total, [.. network.Weights.Select(weight => weight.Value)]);
        double Slope(Tensor[] direction) => gradients.Zip(direction, (g, d) => (g * d).sum().item<double>()).Sum();

        var grid = new ParameterSurface(Open(network), "network").Of(inputs, labels, setting, 64, default);

        Assert.Equal(Slope(x), (grid.Losses[5] - grid.Losses[3]) / 2e-3, 1e-4 * Math.Abs(Slope(x)));
        Assert.Equal(Slope(y), (grid.Losses[7] - grid.Losses[1]) / 2e-3, 1e-4 * Math.Abs(Slope(y)));
        Assert.True(Slope(y) > 0);
    }

    [Theory]
    [InlineData(DirectionKind.CrossEntropy)]
    [InlineData(DirectionKind.Margin)]
    [InlineData(DirectionKind.LeastLikely)]
    internal void The_gradient_of_batches_is_that_of_one_graph(DirectionKind kind)
    {
        using var scope = NewDisposeScope();
        using var network = new SmoothNetwork(4);
        using var samples = SmoothNetwork.Samples(11, 5);
        var whole = InputGradient.OfAll(
            Objectives.Of(kind, network.Logits(samples.Inputs), samples.Labels).mean(), [.. network.Weights.Select(weight => weight.Value)]);

        foreach (var batch in new[] { 1, 4, 11, 64 })
        {
            var gradient = WeightDirections.Gradient(Open(network), samples.Inputs, samples.Labels, kind, batch);
            Assert.All(whole.Zip(gradient), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<double>(), 0, 1e-12));
            Assert.Contains(gradient, part => part.abs().max().item<double>() > 1e-3);
        }
    }

    [Fact]
    public void Filters_of_a_single_number_stay_like_biases()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor Weight(params long[] shape) => randn(shape, generator: generator).requires_grad_();
        var (dense, scale, one) = (Weight(4, 6), Weight(4, 1), Weight(1, 1, 1));
        var network = new WeightedNetwork(
            [("dense", dense), ("scale", scale), ("shift", one)], x => (x.mm(dense.t()) * scale.t()) + one.reshape(1, 1));
        var (inputs, labels) = (rand([5, 6], generator: generator), zeros([5], ScalarType.Int64));

        foreach (var kind in new[] { DirectionKind.Random, DirectionKind.CrossEntropy })
        {
            var (x, y) = WeightDirections.Of(network, inputs, labels, new SurfaceSetting(DirectionKind.Orthogonal, kind, 1), 64);
            foreach (var direction in new[] { x, y })
            {
                Assert.True(direction[0].abs().max().item<float>() > 0);
                Assert.Equal([0, 0], direction.Skip(1).Select(part => part.abs().max().item<float>()));
            }
        }

        var bare = network with { Weights = [("scale", scale), ("shift", one)] };
        Assert.Throws<NoDirectionException>(() => WeightDirections.Of(bare, inputs, labels, new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1), 64));
    }

    [Fact]
    public void Two_gradients_of_a_model_of_two_classes_span_no_plane()
    {
        using var scope = NewDisposeScope();
        var dense = tensor(new[,] { { 0.5f, -0.2f, 0.1f }, { 0.3f, 0.4f, -0.6f } }).requires_grad_();
        var network = new WeightedNetwork([("dense", dense)], x => x.mm(dense.t()));
        var refused = Assert.Throws<NoDirectionException>(() => WeightDirections.Of(
            network, ones(1, 3), zeros([1], ScalarType.Int64), new SurfaceSetting(DirectionKind.CrossEntropy, DirectionKind.Margin, 1), 64));

        Assert.Contains("'ce' and 'cw' point the same way", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_the_weights_lose_are_refused()
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3);
        var before = Bits(network);

        Assert.Throws<NoDirectionException>(() => Survey(network, new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1e-20) { Resolution = 5 }));
        Assert.Equal(before, Bits(network));
    }

    /// <summary>The noise is the same at every point, so that it is no roughness of the surface either.</summary>
    [Fact]
    public void A_randomised_network_has_the_same_surface_again()
    {
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Small, 3) { Training = false };
        var noisy = Open(network) with { Logits = x => network.Logits(x) + (0.5 * randn([x.shape[0], 4])), Randomised = true };
        var (inputs, labels) = Samples();
        SurfaceGrid Lay(WeightedNetwork on, double extent) => new ParameterSurface(on, "network").Of(
            inputs, labels, new SurfaceSetting(DirectionKind.Random, DirectionKind.CrossEntropy, extent) { Resolution = 5 }, 64, default);

        Assert.Equal<double>(Lay(noisy, 1).Margins, Lay(noisy, 1).Margins);
        Assert.Equal((1, 0), (Lay(noisy, 1).Draws, Lay(Open(network), 1).Draws));
        var near = Lay(noisy, 1e-3);
        Assert.InRange(near.Losses.Max() - near.Losses.Min(), 0, 0.05);
    }

    private static WeightedNetwork Open(ITrainable network) => new(network.Weights, network.Logits);

    private static SurfaceGrid Survey(LayeredNetwork network, SurfaceSetting setting)
    {
        network.Training = false;
        return Survey(Open(network), setting);
    }

    private static SurfaceGrid Survey(WeightedNetwork network, SurfaceSetting setting)
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
}
