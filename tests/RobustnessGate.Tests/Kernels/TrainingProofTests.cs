using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Tests.Evaluation;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Kernels;

/// <summary>Trainings end at the weights that right kernels give, whatever the library's own do.</summary>
public sealed class TrainingProofTests
{
    private static readonly Architecture Small = new(
        [1, 8, 8], [new Layer.Conv(5, 3), new Layer.Relu(), new Layer.MaxPool(2), new Layer.Conv(7, 2), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3)]);

    public static IEnumerable<object[]> Regimes => new TheoryData<Regime>([new Natural(), new Jacobian(0.02), new Gradient(0.1), new MinMax(0.05), new Curvature(0.02, 0.3)]);

    [Theory]
    [MemberData(nameof(Regimes))]
    internal void Wrong_input_gradients_do_not_reach_the_weights(Regime regime)
    {
        var expected = Trained(regime);
        using var wrong = new StandInKernels(StandInKernels.BackwardInPartialBlocks);
        var found = Trained(regime);

        Assert.Equal(KernelMode.ByLayer, KernelSelection.Mode);
        Assert.InRange((found - expected).abs().max().item<float>(), 0, 1e-3f * expected.abs().max().item<float>());
    }

    /// <summary>A backward pass into the weights that is wrong in batches, where none of the known answers is.</summary>
    [Fact]
    public void A_wrong_weight_gradient_is_found()
    {
        using var wrong = new StandInKernels((x, weight, bias, g) =>
        {
            var right = ConvolutionKernels.Native(x, weight, bias, g);
            return x.shape[0] > 1 && weight.shape is [7, 5, 2, 2]
                ? ConvolutionKernels.Native(x, weight.detach() + ((weight - weight.detach()) * 0.5f), bias, g) + ((right - right.detach()) * 0) : right;
        });
        Trained(new Natural());

        Assert.Equal(KernelMode.ByLayer, KernelSelection.Mode);
        Assert.Contains(KernelSelection.Faults, fault => fault.Part.StartsWith(KernelFault.WeightGradient, StringComparison.Ordinal));
    }

    /// <summary>A bias before a normalisation changes nothing, so its gradient is made of rounding.</summary>
    [Fact]
    public void Weights_without_effect_are_no_fault()
    {
        using var right = new StandInKernels(ConvolutionKernels.Native);
        using var scope = NewDisposeScope();
        using var data = new TrainingSet(tensor(Networks.Uniform("trained images", 48 * 64)).reshape(48, 1, 8, 8), arange(48, dtype: ScalarType.Int64).remainder_(3));
        using var network = new InstanceNormalised();
        Trainer.Run(
            new(network, data, new Natural(), new TrainingOptions(1, 16, 0.01, new Optimizer.Adam(), new Schedule.Cosine(), new Bounds(0, 1), 9)), _ => { }, CancellationToken.None);
        Assert.Equal(KernelMode.AsShipped, KernelSelection.Mode);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public void Every_batch_size_is_proved(int batch)
    {
        using var wrong = new StandInKernels((x, weight, bias, g) => x.shape[0] > 1 && weight.shape is [7, 5, 2, 2]
            ? ConvolutionKernels.Native(x, weight.detach() + ((weight - weight.detach()) * 0.5f), bias, g) : ConvolutionKernels.Native(x, weight, bias, g));
        Trained(new Natural(), batch);
        Assert.NotEqual(KernelMode.AsShipped, KernelSelection.Mode);
    }

    private sealed class InstanceNormalised : ITrainable
    {
        private readonly Tensor[] _weights = [.. new[]
        {
            tensor(Networks.Uniform("normalised kernel", 45, -0.4f, 0.4f)).reshape(5, 1, 3, 3), tensor(Networks.Uniform("normalised bias", 5)),
            tensor(Networks.Uniform("normalised dense", 540, -0.1f, 0.1f)).reshape(3, 180),
        }.Select(weight => weight.DetachFromDisposeScope().requires_grad_())];

        public IReadOnlyList<(string Name, Tensor Value)> Weights => [("kernel", _weights[0]), ("bias", _weights[1]), ("dense", _weights[2])];

        public IReadOnlyList<(string Name, Tensor Value)> Statistics => [];

        public bool CouplesSamples => false;

        public bool Training { get; set; }

        public Tensor Logits(Tensor x)
        {
            var hidden = ConvolutionKernels.Direct(x, _weights[0], _weights[1], new([1, 1], [0, 0], [1, 1], 1));
            var centred = hidden - hidden.mean([2, 3], keepdim: true);
            return (centred / (centred.square().mean([2, 3], keepdim: true) + 1e-5).sqrt()).relu().flatten(1).mm(_weights[2].t());
        }

        public void Dispose()
        {
            foreach (var weight in _weights)
            {
                weight.Dispose();
            }
        }
    }

    /// <summary>All weights after two epochs, in one row.</summary>
    private static Tensor Trained(Regime regime, int batch = 16)
    {
        using var scope = NewDisposeScope();
        var images = tensor(Networks.Uniform("trained images", 48 * 64)).reshape(48, 1, 8, 8);
        var labels = arange(48, dtype: ScalarType.Int64).remainder_(3);
        using var data = new TrainingSet(images, labels);
        using var network = new LayeredNetwork(Small, seed: 1);
        Trainer.Run(
            new(network, data, regime, new TrainingOptions(2, batch, 0.01, new Optimizer.Adam(), new Schedule.Cosine(), new Bounds(0, 1), 9)), _ => { }, CancellationToken.None);
        return cat([.. network.Weights.Select(weight => weight.Value.detach().flatten())], 0).DetachFromDisposeScope();
    }
}
