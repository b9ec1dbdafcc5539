using RobustnessGate.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Kernels;

public class KnownAnswerTests
{
    public static TheoryData<string> Shapes => [.. Geometries.Keys];

    private static readonly Dictionary<string, (long[] Input, long[] Weight, ConvolutionGeometry Geometry)> Geometries = new()
    {
        ["plain"] = ([3, 2, 9, 8], [7, 2, 3, 3], new([1, 1], [0, 0], [1, 1], 1)),
        ["strides, padding, dilation"] = ([2, 3, 11, 10], [5, 3, 3, 2], new([2, 1], [1, 2], [1, 2], 1)),
        ["groups"] = ([2, 6, 7, 7], [9, 2, 3, 3], new([1, 1], [1, 1], [1, 1], 3)),
        ["one channel a group"] = ([2, 4, 7, 7], [4, 1, 3, 3], new([1, 1], [1, 1], [1, 1], 4)),
        ["one dimension"] = ([2, 3, 12], [5, 3, 3], new([2], [1], [1], 1)),
        ["three dimensions"] = ([2, 2, 5, 6, 4], [3, 2, 3, 2, 2], new([1, 2, 1], [1, 0, 1], [1, 1, 1], 1)),
        ["transposed"] = ([2, 3, 5, 4], [3, 5, 3, 2], new([2, 1], [1, 0], [1, 2], 1, Transposed: true, OutputPadding: [1, 0])),
        ["transposed in groups"] = ([2, 6, 5, 5], [6, 3, 2, 2], new([2, 2], [0, 0], [1, 1], 2, Transposed: true)),
    };

    /// <summary>Whole blocks and matrix products give what the library gives, to the last digits of float64, differentiated once and twice.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void All_ways_of_convolving_agree(string name)
    {
        using var scope = NewDisposeScope();
        var (input, weight, geometry) = Geometries[name];
        var (x, w, b) = (Numbers(input, 1), Numbers(weight, 2), Numbers([geometry.Transposed ? weight[1] * geometry.Groups : weight[0]], 3));
        var expected = Answers(ConvolutionKernels.Native);
        foreach (var kernel in new ConvolutionKernel[] { ConvolutionKernels.WholeBlocks, ConvolutionKernels.MatrixProduct })
        {
            foreach (var (answer, right) in Answers(kernel).Zip(expected))
            {
                Assert.Equal(right.shape, answer.shape);
                Assert.InRange((answer - right).abs().max().item<double>(), 0, 1e-12 * Math.Max(1, right.abs().max().item<double>()));
            }
        }

        Tensor[] Answers(ConvolutionKernel kernel)
        {
            var (xs, ws, bs) = (x.detach().clone().requires_grad_(), w.detach().clone().requires_grad_(), b.detach().clone().requires_grad_());
            var y = kernel(xs, ws, bs, geometry);
            var first = autograd.grad([(y * Numbers(y.shape, 4)).square().sum()], [xs, ws, bs], retain_graph: true, create_graph: true);
            var second = autograd.grad([first[0].square().sum()], [xs, ws], retain_graph: false, create_graph: false, allow_unused: true);
            return [y.detach(), .. first.Select(gradient => gradient.detach()), .. second.Where(gradient => gradient is not null)];
        }
    }

    [Fact]
    public void Every_known_answer_is_right_on_this_machine_in_some_way()
    {
        KernelSelection.Prepare(ownGraph: false);
        Assert.Empty(KnownAnswers.Faults(CPU, 64));
    }

    /// <summary>Products rounded as TF32 does are found.</summary>
    [Fact]
    public void Imprecise_products_are_found()
    {
        using var imprecise = new StandInKernels((x, weight, bias, g) => ConvolutionKernels.Native(Coarse(x), weight, bias, g), everywhere: true);
        var faults = KnownAnswers.Faults(CPU, 64);
        Assert.Contains(faults, fault => fault.Operation == "conv2d" && fault.Part == KernelFault.Output);

        // Veltkamp's splitting: the upper ten bits of the mantissa.
        static Tensor Coarse(Tensor x)
        {
            var scaled = x * 8193;
            return x.dtype == ScalarType.Float64 ? x : x + (scaled - (scaled - x) - x).detach();
        }
    }

    private static Tensor Numbers(long[] shape, int seed) =>
        arange(shape.Aggregate(1L, (a, b) => a * b), dtype: ScalarType.Float64).mul(0.37 * seed).add(seed).sin().reshape(shape);
}
