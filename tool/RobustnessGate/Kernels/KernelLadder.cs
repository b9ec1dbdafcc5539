using RobustnessGate.Gating;
using RobustnessGate.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>
/// Decides how this process computes: the fastest way that proves right. Kernels of vendor libraries were seen to return
/// wrong gradients on ordinary processors, without a word (docs/decisions/0015-kernels-are-proved.md), and attacks that
/// follow wrong gradients make every model look robust. The choice holds for the whole process.
/// </summary>
public static class KernelLadder
{
    /// <summary>What oneDNN reads when the first of its kernels is made: the newest instructions that it may use.</summary>
    public const string InstructionsVariable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>Old enough that no block of channels is wider than what was seen to be right.</summary>
    public const string OlderInstructions = "AVX";

    private const long UsualBatch = 64;

    private static readonly Lock Gate = new();
    private static readonly List<KernelFault> Found = [];
    private static readonly HashSet<(KernelRung, string Device, long Batch)> Answered = [];
    private static KernelRung? _rung;

    /// <summary>The rung in use; <see cref="KernelRung.AsShipped"/> before anything was proved.</summary>
    public static KernelRung Rung => _rung ?? KernelRung.AsShipped;

    /// <summary>The rung that what was computed so far needed: layers that all proved right as shipped needed none.</summary>
    public static KernelRung Used => Rung == KernelRung.ByLayer && Convolution.AllAsShipped ? KernelRung.AsShipped : Rung;

    /// <summary>What proved wrong on the rungs before, in the order of finding.</summary>
    public static IReadOnlyList<KernelFault> Faults
    {
        get
        {
            lock (Gate)
            {
                return [.. Found];
            }
        }
    }

    /// <summary>Switches vendor libraries on and off; a test that stands in for them has nothing to switch.</summary>
    internal static Action<bool> UseVendorLibraries { get; set; } = VendorSwitches.UseVendorLibraries;

    /// <summary>Whether whoever started this process starts it again with older instructions when asked to.</summary>
    internal static bool CanStartAgain { get; set; }

    /// <summary>Loads the library and proves its kernels on known answers, once for each device and batch size.</summary>
    /// <param name="ownGraph">Whether all that is to be computed is a graph of ours, so that single layers can be computed otherwise.</param>
    /// <exception cref="MistakeException">RG0901, or RG0914: no way of computing is right on this machine.</exception>
    internal static void Prepare(bool ownGraph, Device? device = null, long batch = UsualBatch)
    {
        LibTorch.Load();
        var at = device ?? CPU;
        lock (Gate)
        {
            _rung ??= Environment.GetEnvironmentVariable(InstructionsVariable) is { Length: > 0 } ? KernelRung.OlderInstructions : KernelRung.AsShipped;
            if (_rung == KernelRung.ByLayer && !ownGraph)
            {
                Climb(ownGraph);
            }

            while (!Answered.Contains((Rung, at.ToString(), batch)))
            {
                if (KnownAnswers.Faults(at, batch, convolutions: Rung != KernelRung.ByLayer).FirstOrDefault() is { } fault)
                {
                    Leave(fault, ownGraph);
                }
                else
                {
                    Answered.Add((Rung, at.ToString(), batch));
                }
            }
        }
    }

    /// <summary>What is wrong as the library computes now, of how many known answers.</summary>
    internal static (IReadOnlyList<KernelFault> Wrong, int Answers) Survey()
    {
        LibTorch.Load();
        return ([.. KnownAnswers.Faults(CPU, UsualBatch)], KnownAnswers.Count);
    }

    /// <summary>Leaves the rung in use because of something that proved wrong on it, for the next one whose known answers are right.</summary>
    /// <exception cref="MistakeException">RG0914: there is no such rung.</exception>
    internal static void Leave(KernelFault fault, bool ownGraph, Device? device = null, long batch = UsualBatch)
    {
        lock (Gate)
        {
            Found.Add(fault);
            Climb(ownGraph);
        }

        Prepare(ownGraph, device, batch);
    }

    /// <summary>Goes on without vendor libraries, because one layer is right in none of the ways that use them.</summary>
    /// <exception cref="MistakeException">RG0914: it is wrong without them too.</exception>
    internal static void LeaveVendorLibraries(KernelFault fault)
    {
        lock (Gate)
        {
            Found.Add(fault);
            if (Rung == KernelRung.WithoutVendorLibraries)
            {
                throw Unusable(fault);
            }

            Take(KernelRung.WithoutVendorLibraries);
        }
    }

    /// <summary>As before anything was proved: for tests.</summary>
    internal static void Reset()
    {
        lock (Gate)
        {
            Found.Clear();
            Answered.Clear();
            Take(KernelRung.AsShipped);
            (_rung, CanStartAgain) = (null, false);
        }
    }

    /// <summary>RG0913, where something is wrong here and computed otherwise; null where everything is as shipped.</summary>
    /// <remarks>Its text is the same on every run: which error shows first, and how large, may hang on what memory held.</remarks>
    public static Finding? Finding() => Used == KernelRung.AsShipped ? null : new Finding(
        "RG0913", Severity.Note, null,
        $"as shipped, the tensor library's answers on this processor are not those of float64, so {Way()}. Counts are right, and comparable with those of other machines up to rounding; the run may take longer. dotnet robustness-gate doctor shows what was found.");

    private static string Way() => Rung switch
    {
        KernelRung.ByLayer => "each convolution is computed in the fastest way that proved right for it",
        KernelRung.OlderInstructions => $"its vendor library is held to older instructions ({InstructionsVariable}), which proved right",
        _ => "its vendor library is off, which proved right",
    };

    /// <summary>The next rung that there is for such a graph in such a process.</summary>
    private static void Climb(bool ownGraph)
    {
        if (Rung == KernelRung.WithoutVendorLibraries || !VendorSwitches.CanSwitchVendorLibraries)
        {
            throw Unusable(Found[^1]);
        }

        if (Rung == KernelRung.AsShipped && ownGraph)
        {
            Take(KernelRung.ByLayer);
        }
        else if (CanStartAgain && Rung is KernelRung.AsShipped or KernelRung.ByLayer)
        {
            throw new StartAgainException();
        }
        else
        {
            Take(KernelRung.WithoutVendorLibraries);
        }
    }

    private static void Take(KernelRung rung)
    {
        _rung = rung;
        Convolution.Forget();
        Convolution.ProvesLayers = rung == KernelRung.ByLayer;
        UseVendorLibraries(rung != KernelRung.WithoutVendorLibraries);
    }

    private static MistakeException Unusable(KernelFault fault) => new(
        ExitCode.InternalError,
        new Finding("RG0914", Severity.Error, null,
            $"the tensor library computes wrongly on this machine, in every way that there is: {fault}. Nothing measured with it would count. "
            + "Next: run dotnet robustness-gate doctor, and use another machine or another libtorch (ROBUSTNESS_GATE_LIBTORCH)."));
}

/// <summary>This process cannot compute rightly at full speed, but another one with older instructions may.</summary>
internal sealed class StartAgainException() : Exception($"to be started again with {KernelLadder.InstructionsVariable}={KernelLadder.OlderInstructions}");
