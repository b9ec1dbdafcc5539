using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>
/// The convolution of every graph that is ours (ONNX files, networks trained here). Where the library's own is not right
/// on this machine, each layer is computed in the fastest way that proves right for it.
/// </summary>
internal static class Convolution
{
    /// <summary>Fastest first. The names stand in <c>run.json</c>.</summary>
    private static readonly (string Name, ConvolutionKernel Kernel)[] Ways =
    [
        ("as shipped", ConvolutionKernels.Direct),
        ("in whole blocks of channels", ConvolutionKernels.WholeBlocks),
        ("as matrix products", ConvolutionKernels.MatrixProduct),
    ];

    /// <summary>Where channels leave a block half empty, and the library is known to be wrong on this machine, its being right may be luck.</summary>
    private static readonly (string Name, ConvolutionKernel Kernel)[] Cautious = [.. Ways.Skip(1), Ways[0]];

    private static readonly Dictionary<string, (string Name, ConvolutionKernel Kernel)> Chosen = [];

    /// <summary>Whether layers are proved one by one, because the library is not to be believed.</summary>
    public static bool ProvesLayers { get; set; }

    /// <summary>How many different convolutions are computed in which way; empty where none had to be proved.</summary>
    public static IReadOnlyList<(string Way, int Count)> Tally
    {
        get
        {
            lock (KernelSelection.Gate)
            {
                return [.. Ways.Select(way => (way.Name, Chosen.Values.Count(chosen => chosen.Name == way.Name))).Where(part => part.Item2 > 0)];
            }
        }
    }

    /// <summary>Whether no convolution had to be computed otherwise.</summary>
    public static bool AllAsShipped
    {
        get
        {
            lock (KernelSelection.Gate)
            {
                return Chosen.Values.All(way => way.Name == Ways[0].Name);
            }
        }
    }

    /// <param name="x">(N, C, …).</param>
    /// <param name="weight">(M, C/groups, …), or (C, M/groups, …) of a transposed convolution.</param>
    /// <param name="bias">(M), or null.</param>
    /// <returns>(N, M, …).</returns>
    /// <exception cref="NotSupportedException">Not 1 to 3 spatial dimensions.</exception>
    /// <exception cref="Diagnostics.MistakeException">RG0914: no way is right on this machine.</exception>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry) =>
        ProvesLayers && x.dtype == ScalarType.Float32
            ? Proved(x, weight, geometry)(x, weight, bias, geometry)
            : ConvolutionKernels.Direct(x, weight, bias, geometry);

    /// <summary>Forgets what was proved, because the library computes in another way now.</summary>
    public static void Forget()
    {
        lock (KernelSelection.Gate)
        {
            Chosen.Clear();
        }
    }

    private static ConvolutionKernel Proved(Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        var trained = weight.requires_grad;
        var shape = geometry.Describe(x, weight);
        var key = $"{geometry.Operation} of {shape} on {x.device}{(trained ? ", trained" : "")}";
        lock (KernelSelection.Gate)
        {
            if (!Chosen.TryGetValue(key, out var way))
            {
                way = Choose(x, weight, geometry, shape, trained);
                if (ProvesLayers)
                {
                    Chosen[key] = way;
                }
            }

            return way.Kernel;
        }
    }

    /// <summary>The fastest way that is right; the library's own, without vendor libraries from then on, where none is with them.</summary>
    private static (string Name, ConvolutionKernel Kernel) Choose(Tensor x, Tensor weight, ConvolutionGeometry geometry, string shape, bool trained)
    {
        KernelFault? last = null;
        foreach (var way in ConvolutionKernels.LeavesBlocksHalfEmpty(weight, geometry) ? Cautious : Ways)
        {
            last = Fault(way.Kernel);
            if (last is null)
            {
                return way;
            }
        }

        KernelSelection.LeaveVendorLibraries(last!);
        return Fault(ConvolutionKernels.Direct) is { } still ? throw KernelSelection.Unusable(still) : Ways[0];

        KernelFault? Fault(ConvolutionKernel kernel) =>
            new KnownAnswer(geometry.Operation, shape, x.shape, weight.shape, (input, w) => kernel(input, w!, null, geometry))
            {
                Reference = (input, w) => ConvolutionKernels.Native(input, w!, null, geometry),
                Parts = trained ? AnswerParts.All : AnswerParts.Output | AnswerParts.InputGradient,
                IndependentRows = !trained,
            }.Fault(x.device);
    }
}
