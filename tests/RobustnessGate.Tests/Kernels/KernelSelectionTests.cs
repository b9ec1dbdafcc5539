using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Kernels;

/// <summary>Wrong kernels are found before anything is measured, and what is measured then is right.</summary>
public sealed class KernelSelectionTests
{
    private static readonly Dictionary<string, ConvolutionKernel> Wrong = new()
    {
        ["backward"] = StandInKernels.BackwardInPartialBlocks,
        ["backward of any batch"] = StandInKernels.BackwardOfAnyBatch,
        ["forward"] = StandInKernels.Forward,
        ["random"] = StandInKernels.Random,
        ["random forward"] = StandInKernels.RandomForward,
        ["backward of single rows too"] = StandInKernels.BackwardInPartialBlocksOfAnyRow,
    };

    public static TheoryData<string> Names => [.. Wrong.Keys];

    [Fact]
    public void A_right_library_is_used_as_shipped()
    {
        using var right = new StandInKernels(ConvolutionKernels.Native);
        var facts = Graph().Run(Entry());

        Assert.Equal("as-shipped", facts.Run!.Kernels!.Way);
        Assert.Empty(facts.Run.Kernels.Wrong);
        Assert.Null(facts.Run.Kernels.Convolutions);
        Assert.DoesNotContain(facts.Findings, finding => finding.Code.StartsWith("RG091", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_graph_of_ours_is_right_whatever_is_wrong(string name)
    {
        var expected = Graph().Run(Entry());
        using var wrong = new StandInKernels(Wrong[name]);
        var facts = Graph().Run(Entry());

        Assert.Equal(expected.Attacks[0].Bits, facts.Attacks[0].Bits);
        Assert.InRange(facts.Attacks[0].Bits.Ones, 1, facts.Attacks[0].Bits.Count - 1);
        Assert.Equal("proved-by-layer", facts.Run!.Kernels!.Way);
        Assert.NotEmpty(facts.Run.Kernels.Wrong);
        Assert.NotEmpty(facts.Run.Kernels.Convolutions!);
        Assert.Single(facts.Findings, finding => finding.Code == "RG0913");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_network_is_computed_without_vendor_libraries(string name)
    {
        var expected = Foreign().Run(Entry());
        using var wrong = new StandInKernels(Wrong[name]);
        var facts = Foreign().Run(Entry());

        Assert.Equal(expected.Attacks[0].Bits, facts.Attacks[0].Bits);
        Assert.Equal("without-vendor-libraries", facts.Run!.Kernels!.Way);
    }

    [Fact]
    public void Whole_blocks_are_the_cheapest_way_round()
    {
        using var wrong = new StandInKernels(StandInKernels.BackwardInPartialBlocks);
        var ways = Graph().Run(Entry()).Run!.Kernels!.Convolutions!;

        Assert.Contains("in whole blocks of channels", ways.Keys);
        Assert.DoesNotContain("as matrix products", ways.Keys);
    }

    /// <summary>A fault that no known answer covers is found in the model itself.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fault_of_the_models_shapes_alone_is_found(bool own)
    {
        var bed = own ? Graph() : Foreign();
        var expected = bed.Run(Entry());
        using var wrong = new StandInKernels((x, weight, bias, g) => x.shape[0] > 1 && weight.shape is [7, 4, 3, 3] && x.shape[2] == 8
            ? StandInKernels.BackwardInPartialBlocks(x, weight, bias, g) : ConvolutionKernels.Native(x, weight, bias, g));
        var facts = (own ? Graph() : Foreign()).Run(Entry());

        Assert.Equal(expected.Attacks[0].Bits, facts.Attacks[0].Bits);
        Assert.Equal(own ? "proved-by-layer" : "without-vendor-libraries", facts.Run!.Kernels!.Way);
        Assert.Equal("the model: wrong input gradient", Assert.Single(facts.Run.Kernels.Wrong));
    }

    /// <summary>The stand-ins do harm: what they make of the directions that attacks take, so that the tests above can fail.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Unproved_the_directions_would_be_wrong(string name)
    {
        using var scope = NewDisposeScope();
        var (network, images) = (Layers(), tensor(Networks.Uniform("kernel images", 64 * 64)).reshape(64, 1, 8, 8));
        Tensor Directions(ConvolutionKernel kernel)
        {
            var x = images.detach().clone().requires_grad_();
            var logits = network(x, kernel);
            return autograd.grad([nn.functional.cross_entropy(logits, logits.detach().argmax(1))], [x])[0].sign();
        }

        Assert.InRange(Directions(ConvolutionKernels.Native).ne(Directions(Wrong[name])).to(ScalarType.Float32).mean().item<float>(), 0.02, 1);
    }

    /// <summary>What one model is accused of is not held against the machine.</summary>
    [Fact]
    public void An_accused_model_leaves_the_process_as_it_was()
    {
        using var right = new StandInKernels(ConvolutionKernels.Native);
        var network = Layers();
        var bed = Images(new FunctionNetwork(x => network(x, (input, w, b, g) => input.requires_grad && input.dtype == ScalarType.Float32
            ? StandInKernels.WrongBackward(input, w, b, g) : ConvolutionKernels.Native(input, w, b, g))));

        var finding = Assert.Throws<MistakeException>(() => bed.Run(Entry())).Findings[0];

        Assert.Equal("RG0914", finding.Code);
        Assert.StartsWith("the model of 64×1×8×8: input gradient off by", finding.Message, StringComparison.Ordinal);
        Assert.Equal("as-shipped", Foreign().Run(Entry()).Run!.Kernels!.Way);
    }

    [Fact]
    public void Where_no_way_is_right_there_is_no_verdict()
    {
        using var wrong = new StandInKernels(StandInKernels.BackwardOfAnyBatch, everywhere: true);
        var mistake = Assert.Throws<MistakeException>(() => Foreign().Run(Entry()));

        Assert.Equal(ExitCode.InternalError, mistake.ExitCode);
        Assert.Equal("RG0914", mistake.Findings[0].Code);
        Assert.Contains("conv2d of 2×1×10×10 with 8×1×3×3: input gradient off by", mistake.Findings[0].Message, StringComparison.Ordinal);
        Assert.Equal("conv2d", KernelSelection.Faults[^1].Operation);
    }

    private static AttackEntry Entry() => Bed.Entry(new Bim(10, 0.02), 0.08, judge: Judge.Last);

    private static Bed Graph()
    {
        using var scope = NewDisposeScope();
        // As whoever opens a model file does, before the network answers for the first time.
        KernelSelection.Prepare(ownGraph: true);
        return Images(OnnxNetwork.Parse(OnnxWriter.Bytes(
            [
                new OnnxLayer.Conv2d(Weight("first", 4, 1, 3, 3), Padding: 1), new OnnxLayer.Relu(),
                new OnnxLayer.Conv2d(Weight("second", 7, 4, 3, 3)), new OnnxLayer.Relu(), new OnnxLayer.MaxPool2d(2, 2), new OnnxLayer.Flatten(),
                new OnnxLayer.Linear(Weight("last", 5, 63)),
            ], [1, 8, 8]), "network"));
    }

    private static Bed Foreign()
    {
        var network = Layers();
        return Images(new FunctionNetwork(x => network(x, ConvolutionKernels.Direct)));
    }

    /// <summary>The same network as <see cref="Graph"/>, convolved by whatever is given.</summary>
    private static Func<Tensor, ConvolutionKernel, Tensor> Layers()
    {
        var (first, second, last) = (Weight("first", 4, 1, 3, 3), Weight("second", 7, 4, 3, 3), Weight("last", 5, 63));
        return (x, convolve) =>
        {
            var hidden = convolve(x, first.to(x.dtype), null, new([1, 1], [1, 1], [1, 1], 1)).relu();
            hidden = convolve(hidden, second.to(x.dtype), null, new([1, 1], [0, 0], [1, 1], 1)).relu();
            return nn.functional.max_pool2d(hidden, 2, 2).flatten(1).mm(last.to(x.dtype).t());
        };
    }

    private static Bed Images(RobustnessGate.Models.INetwork network)
    {
        const int Count = 100;
        var values = Networks.Uniform("kernel images", Count * 64);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var library = ConvolutionKernels.Library;
        ConvolutionKernels.Library = ConvolutionKernels.Native;
        var labels = network.Forward(tensor(values).reshape(Count, 1, 8, 8)).argmax(1).data<long>().Select(label => (int)label).ToArray();
        ConvolutionKernels.Library = library;
        return new(network, values, labels, [1, 8, 8]);
    }

    private static Tensor Weight(string name, params long[] shape)
    {
        var fan = shape.Skip(1).Aggregate(1L, (a, b) => a * b);
        var bound = (float)(1.7 / Math.Sqrt(fan));
        return tensor(Networks.Uniform("kernel " + name, (int)(fan * shape[0]), -bound, bound)).reshape(shape);
    }
}
