using System.Runtime.InteropServices;

namespace RobustnessGate.Native;

/// <summary>
/// Switches of libtorch that TorchSharp does not offer: which libraries of processor and GPU vendors it computes with,
/// and whether they may round more than float32 does. They hold for the whole process.
/// </summary>
internal static unsafe class VendorSwitches
{
    /// <summary>Exports of libtorch_cpu, as GCC and Clang name them, and as MSVC does.</summary>
    private static readonly (string Itanium, string Msvc) Context = ("_ZN2at13globalContextEv", "?globalContext@at@@YAAEAVContext@1@XZ");

    private static readonly (string Itanium, string Msvc) Mkldnn =
        ("_ZN2at7Context20setUserEnabledMkldnnEb", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z");

    private static readonly (string Itanium, string Msvc) Cudnn =
        ("_ZN2at7Context19setUserEnabledCuDNNEb", "?setUserEnabledCuDNN@Context@at@@QEAAX_N@Z");

    /// <summary>
    /// Off everywhere. NNPACK convolves by Winograd and Fourier transforms, whose rounding is larger, and where it cannot
    /// start it says so at every convolution. The others round float32 products to 10 or fewer bits.
    /// </summary>
    private static readonly (string Itanium, string Msvc)[] Imprecise =
    [
        ("_ZN2at7Context20setUserEnabledNNPACKEb", "?setUserEnabledNNPACK@Context@at@@QEAAX_N@Z"),
        ("_ZN2at7Context17setAllowTF32CuDNNEb", "?setAllowTF32CuDNN@Context@at@@QEAAX_N@Z"),
        ("_ZN2at7Context18setAllowTF32CuBLASEb", "?setAllowTF32CuBLAS@Context@at@@QEAAX_N@Z"),
        ("_ZN2at7Context24setAllowFP16ReductionCPUEb", "?setAllowFP16ReductionCPU@Context@at@@QEAAX_N@Z"),
        ("_ZN2at7Context30setAllowFP16AccumulationCuBLASEb", "?setAllowFP16AccumulationCuBLAS@Context@at@@QEAAX_N@Z"),
        ("_ZN2at7Context32setAllowFP16BF16ReductionMathSDPEb", "?setAllowFP16BF16ReductionMathSDP@Context@at@@QEAAX_N@Z"),
        ("_ZN2at7Context27setAllowFP16ReductionCuBLASEbb", "?setAllowFP16ReductionCuBLAS@Context@at@@QEAAX_N0@Z"),
        ("_ZN2at7Context27setAllowBF16ReductionCuBLASEbb", "?setAllowBF16ReductionCuBLAS@Context@at@@QEAAX_N0@Z"),
    ];

    /// <summary>Whether oneDNN and cuDNN can be switched here: this libtorch has the switches.</summary>
    public static bool CanSwitchVendorLibraries => Address(Context) != 0 && Address(Mkldnn) != 0;

    /// <summary>Switches off what rounds more than float32 does. A switch that this libtorch lacks is passed over: the known answers tell.</summary>
    public static void ForbidImprecision()
    {
        foreach (var name in Imprecise)
        {
            Set(name, false);
        }
    }

    /// <summary>Has convolutions and the like computed by oneDNN and cuDNN, or by libtorch's own code.</summary>
    public static void UseVendorLibraries(bool enabled)
    {
        Set(Mkldnn, enabled);
        Set(Cudnn, enabled);
    }

    private static void Set((string, string) name, bool value)
    {
        if (Address(Context) is var context and not 0 && Address(name) is var setter and not 0)
        {
            var self = ((delegate* unmanaged<nint>)context)();
            // Some take a second flag, whose default is true; the others do not look at it.
            ((delegate* unmanaged<nint, byte, byte, void>)setter)(self, value ? (byte)1 : (byte)0, 1);
        }
    }

    private static nint Address((string Itanium, string Msvc) name) =>
        LibTorch.Engine != 0
        && NativeLibrary.TryGetExport(LibTorch.Engine, OperatingSystem.IsWindows() ? name.Msvc : name.Itanium, out var address)
            ? address : 0;
}
