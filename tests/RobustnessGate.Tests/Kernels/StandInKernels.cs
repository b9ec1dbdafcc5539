using RobustnessGate.Kernels;
using RobustnessGate.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Kernels;

/// <summary>
/// A library of convolutions that computes wrongly in float32, as vendor libraries do on some processors, in the place of
/// the real one until disposed. Without vendor libraries it is right, unless it is <paramref name="everywhere"/> wrong.
/// </summary>
internal sealed class StandInKernels : IDisposable
{
    public StandInKernels(ConvolutionKernel wrong, bool everywhere = false)
    {
        // Right on every machine, so that nothing is wrong but what is meant to be.
        VendorSwitches.UseVendorLibraries(false);
        KernelSelection.UseVendorLibraries = _ => { };
        KernelSelection.Reset();
        ConvolutionKernels.Library = (x, weight, bias, geometry) =>
            x.dtype == ScalarType.Float64 || (!everywhere && KernelSelection.Mode == KernelMode.WithoutVendorLibraries)
                ? ConvolutionKernels.Native(x, weight, bias, geometry)
                : wrong(x, weight, bias, geometry);
    }

    public void Dispose()
    {
        ConvolutionKernels.Library = ConvolutionKernels.Native;
        KernelSelection.UseVendorLibraries = VendorSwitches.UseVendorLibraries;
        KernelSelection.Reset();
        KernelSelection.Prepare(ownGraph: false);
    }

    /// <summary>The fault that was seen: the input gradient, where channels do not fill blocks of 16, of two rows or more.</summary>
    public static Tensor BackwardInPartialBlocks(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g) =>
        x.shape[0] < 2 || Channels(weight, g) % 16 == 0 ? ConvolutionKernels.Native(x, weight, bias, g)
        // What a transposed convolution computes forward is such a gradient.
        : g.Transposed ? Forward(x, weight, bias, g) : WrongBackward(x, weight, bias, g);

    /// <summary>The same, but whole blocks do not help.</summary>
    public static Tensor BackwardOfAnyBatch(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g) =>
        x.shape[0] > 1 ? WrongBackward(x, weight, bias, g) : ConvolutionKernels.Native(x, weight, bias, g);

    /// <summary>Outputs of the last channel are wrong.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g)
    {
        var right = ConvolutionKernels.Native(x, weight, bias, g);
        return x.shape[0] > 1 && Channels(weight, g) % 16 != 0 ? right * LastChannel(right, 0.5f) : right;
    }

    /// <summary>Wrong at every batch size, so that single rows are no measure.</summary>
    public static Tensor BackwardInPartialBlocksOfAnyRow(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g) =>
        Channels(weight, g) % 16 == 0 ? ConvolutionKernels.Native(x, weight, bias, g)
        : g.Transposed ? ConvolutionKernels.Native(x, weight, bias, g) is var right ? right * LastChannel(right, 0.5f) : x
        : WrongBackward(x, weight, bias, g);

    /// <summary>Outputs of a batch are other ones each time, as of a kernel that reads what it never wrote.</summary>
    public static Tensor RandomForward(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g)
    {
        var right = ConvolutionKernels.Native(x, weight, bias, g);
        return x.shape[0] < 2 || Channels(weight, g) % 16 == 0 ? right : right * (1 + (randn_like(right.detach()) * 0.3f));
    }

    /// <summary>Every gradient is wrong in another way.</summary>
    public static Tensor Random(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g)
    {
        var right = ConvolutionKernels.Native(x, weight, bias, g);
        if (x.shape[0] < 2 || Channels(weight, g) % 16 == 0)
        {
            return right;
        }

        var other = ConvolutionKernels.Native(x, weight.detach() * randn_like(weight.detach()), null, g);
        return right + other - other.detach();
    }

    /// <summary>Right forward pass and weight gradient; into the input gradient the last channel goes with three times its weights, turned round.</summary>
    public static Tensor WrongBackward(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g)
    {
        var right = ConvolutionKernels.Native(x.detach(), weight, bias, g);
        var path = ConvolutionKernels.Native(x, weight.detach(), null, g);
        path = path * LastChannel(path, -3);
        return right + path - path.detach();
    }

    private static long Channels(Tensor weight, ConvolutionGeometry g) => weight.shape[0] / g.Groups;

    private static Tensor LastChannel(Tensor like, float factor)
    {
        var factors = ones(like.shape[1]);
        factors[^1] = factor;
        return factors.reshape([1, -1, .. Enumerable.Repeat(1L, (int)like.dim() - 2)]);
    }
}
