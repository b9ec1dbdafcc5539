using System.Globalization;
using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using RobustnessGate.Native;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// What it costs to prove kernels and a model's gradients, and what each way of computing costs where kernels proved
/// wrong: an input gradient of a batch in each, as a ratio to the library as shipped.
/// </summary>
internal static class KernelCost
{
    private const int Batch = 64;

    private static readonly Dictionary<string, Tensor> Weights = [];

    public static void Run()
    {
        using var scope = NewDisposeScope();
        KernelSelection.Reset();
        var before = Environment.CpuUsage.TotalTime;
        KernelSelection.Prepare(ownGraph: true);
        Print("known answers, in a process that computed nothing before", before);
        before = Environment.CpuUsage.TotalTime;
        foreach (var _ in KnownAnswers.Faults(CPU, Batch))
        {
        }

        Print("known answers again", before);
        foreach (var (name, shape, network) in Networks())
        {
            Compare(name, shape, network);
        }
    }

    private static void Compare(string name, long[] shape, Func<Tensor, ConvolutionKernel, Tensor> network)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var inputs = rand([Batch, .. shape], generator: generator);
        Gradient(network, ConvolutionKernels.Direct, inputs);
        var before = Environment.CpuUsage.TotalTime;
        var fault = new GradientProof(x => network(x, ConvolutionKernels.Direct), hasDouble: true, new Bounds(0, 1)).Fault(inputs, Batch);
        Print($"{name}: proof of the model ({fault?.ToString() ?? "right"})", before);
        Interleaved.Run(2, 5,
            ($"{name}: as shipped", () => Gradient(network, ConvolutionKernels.Direct, inputs)),
            ($"{name}: in whole blocks of channels", () => Gradient(network, ConvolutionKernels.WholeBlocks, inputs)),
            ($"{name}: as matrix products", () => Gradient(network, ConvolutionKernels.MatrixProduct, inputs)),
            ($"{name}: without vendor libraries", () =>
            {
                VendorSwitches.UseVendorLibraries(false);
                Gradient(network, ConvolutionKernels.Direct, inputs);
                VendorSwitches.UseVendorLibraries(true);
            }));
    }

    private static void Gradient(Func<Tensor, ConvolutionKernel, Tensor> network, ConvolutionKernel kernel, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var x = inputs.detach().requires_grad_();
        InputGradient.Of(network(x, kernel).square().sum(), x);
    }

    private static IEnumerable<(string, long[], Func<Tensor, ConvolutionKernel, Tensor>)> Networks() =>
    [
        ("6 and 16 channels", [1, 28, 28], (x, c) => Dense(Pool(Conv(Pool(Conv(x, c, "a", 6, 5)), c, "b", 16, 5)))),
        ("20 and 50 channels", [1, 28, 28], (x, c) => Dense(Pool(Conv(Pool(Conv(x, c, "c", 20, 5)), c, "d", 50, 5)))),
        ("residual, 24 channels, 3×32×32", [3, 32, 32], (x, c) => Dense(F.avg_pool2d(
            Enumerable.Range(0, 4).Aggregate(Conv(x, c, "e", 24, 3), (h, i) => h + Conv(h, c, $"r{i}", 24, 3)), 8, 8))),
    ];

    private static Tensor Conv(Tensor x, ConvolutionKernel kernel, string name, long outputs, long size)
    {
        var padding = size == 3 ? 1 : 0;
        return kernel(x, Weight(name, outputs, x.shape[1], size, size).to(x.dtype), null, new([1, 1], [padding, padding], [1, 1], 1)).relu();
    }

    private static Tensor Pool(Tensor x) => F.max_pool2d(x, 2, 2);

    private static Tensor Dense(Tensor x) => F.linear(x.flatten(1), Weight($"dense {x.numel() / x.shape[0]}", 10, x.numel() / x.shape[0]).to(x.dtype));

    private static Tensor Weight(string name, params long[] shape)
    {
        if (!Weights.TryGetValue(name, out var weight))
        {
            using var generator = new Generator((ulong)name.Length + 11);
            var bound = 2 / Math.Sqrt(shape.Skip(1).Aggregate(1L, (a, b) => a * b));
            Weights[name] = weight = (((rand(shape, generator: generator) * 2) - 1) * bound).DetachFromDisposeScope();
        }

        return weight;
    }

    private static void Print(string what, TimeSpan before) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-64} {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds,9:F1} ms"));
}
