using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.SlowTests;

/// <summary>Right networks are never accused, with ties and kinks and saturation; wrong gradients are always found.</summary>
public class GradientProofTests
{
    private const long Batch = 64;

    public static IEnumerable<object[]> Networks => ProvedNetworks.All.Keys.SelectMany(name => new[] { true, false }.Select(wide => new object[] { name, wide }));

    public static IEnumerable<object[]> Faulty =>
        from name in ProvedNetworks.All.Keys
        where Convolutions(name).Any(layer => !Steps.Contains((name, layer)))
        from wide in new[] { true, false }
        from fault in new[] { "backward", "forward", "random", "random forward", "backward of single rows too" }
        // Without float64 the slope of the outputs is the only measure then: tested by itself.
        where wide || fault != "backward of single rows too"
        select new object[] { name, wide, fault };

    /// <summary>Behind these layers no gradient flows: their backward pass is never run.</summary>
    private static readonly (string Network, string Layer)[] Steps = [("no gradient at all", "a"), ("steps without a gradient", "b")];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_right_network_is_not_accused(string name, bool hasDouble)
    {
        using var scope = NewDisposeScope();
        var network = ProvedNetworks.All[name];
        foreach (var (samples, images) in ProvedNetworks.Samples)
        {
            var fault = new GradientProof(x => network(x, ProvedNetworks.Right), hasDouble, new Bounds(0, 1)).Fault(images, Batch);
            Assert.True(fault is null, $"{samples}: {fault}");
        }
    }

    /// <summary>One layer, some channels, batches alone.</summary>
    [Theory]
    [MemberData(nameof(Faulty))]
    public void A_wrong_layer_is_found(string name, bool hasDouble, string fault)
    {
        using var scope = NewDisposeScope();
        var network = ProvedNetworks.All[name];
        ConvolutionKernel wrong = fault switch
        {
            "backward" => StandInKernels.BackwardInPartialBlocks,
            "forward" => StandInKernels.Forward,
            "random forward" => StandInKernels.RandomForward,
            "backward of single rows too" => StandInKernels.BackwardInPartialBlocksOfAnyRow,
            _ => StandInKernels.Random,
        };
        foreach (var layer in Convolutions(name).Where(layer => !Steps.Contains((name, layer))))
        {
            Tensor Convolve(Tensor x, string at, long outputs, long kernel, long padding) => at == layer && x.dtype == ScalarType.Float32
                ? wrong(x, ProvedNetworks.Weight(x, at, outputs, kernel), null, ProvedNetworks.Geometry(padding))
                : ProvedNetworks.Right(x, at, outputs, kernel, padding) - (at == layer ? ProvedNetworks.Bias(x, at, outputs).reshape(1, -1, 1, 1) : 0);

            var found = new GradientProof(x => network(x, Convolve), hasDouble, new Bounds(0, 1)).Fault(ProvedNetworks.Samples["noise"], Batch);
            Assert.True(found is not null, $"layer {layer}");
            Assert.Equal("the model", found.Operation);
        }
    }

    /// <summary>Where single rows are wrong as well and there is no float64, the outputs' own slope tells, also beside rows without one.</summary>
    [Theory]
    [InlineData("convolution", "a", 0)]
    [InlineData("two convolutions", "b", 0)]
    [InlineData("residual", "r2", 0)]
    [InlineData("convolution", "a", 20)]
    public void A_gradient_that_is_not_the_slope_is_found(string name, string layer, int flat)
    {
        using var scope = NewDisposeScope();
        var network = ProvedNetworks.All[name];
        Tensor Convolve(Tensor x, string at, long outputs, long kernel, long padding) => at == layer
            ? StandInKernels.WrongBackward(x, ProvedNetworks.Weight(x, at, outputs, kernel), null, ProvedNetworks.Geometry(padding))
            : ProvedNetworks.Right(x, at, outputs, kernel, padding);
        Tensor Flattened(Tensor logits) => logits * cat([zeros(Math.Min(flat, logits.shape[0])), ones(Math.Max(0, logits.shape[0] - flat))], 0).unsqueeze(1);

        var found = new GradientProof(x => x.shape[0] == 1 ? network(x, Convolve) : Flattened(network(x, Convolve)), hasDouble: false, new Bounds(0, 1));
        Assert.NotNull(found.Fault(ProvedNetworks.Samples["noise"], Batch));
    }

    [Theory]
    [InlineData(1e-5)]
    [InlineData(1e-4)]
    [InlineData(1e-3)]
    [InlineData(0.1)]
    public void A_model_that_answers_at_random_is_not_accused(double noise)
    {
        using var scope = NewDisposeScope();
        var network = ProvedNetworks.All["convolution"];
        Assert.Null(new GradientProof(x => network(x + (randn_like(x) * noise), ProvedNetworks.Right), true, new Bounds(0, 1)).Fault(ProvedNetworks.Samples["noise"], Batch));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_model_that_looks_at_its_batch_is_not_accused(bool hasDouble)
    {
        using var scope = NewDisposeScope();
        var network = ProvedNetworks.All["convolution"];
        Assert.Null(new GradientProof(x => network(x - x.mean([0], keepdim: true), ProvedNetworks.Right), hasDouble, new Bounds(0, 1)).Fault(ProvedNetworks.Samples["noise"], Batch));
    }

    [Fact]
    public void Inputs_without_bounds_are_proved_too()
    {
        using var scope = NewDisposeScope();
        var network = ProvedNetworks.All["two convolutions"];
        Assert.Null(new GradientProof(x => network(x / 255, ProvedNetworks.Right), true, bounds: null).Fault(ProvedNetworks.Samples["drawings"] * 255, Batch));
    }

    /// <summary>Names of a network's convolutions, seen by running it.</summary>
    private static List<string> Convolutions(string name)
    {
        using var scope = NewDisposeScope();
        var names = new List<string>();
        ProvedNetworks.All[name](ProvedNetworks.Samples["one"], (x, at, outputs, kernel, padding) =>
        {
            names.Add(at);
            return ProvedNetworks.Right(x, at, outputs, kernel, padding);
        });
        return names;
    }
}
