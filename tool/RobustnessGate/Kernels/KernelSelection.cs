using RobustnessGate.Diagnostics;
using RobustnessGate.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>
/// Decides how this process computes: the fastest way that proves right. Kernels of vendor libraries were seen to return
/// wrong gradients on ordinary processors, without a word (docs/decisions/0015-kernels-are-proved.md), and attacks that
/// follow wrong gradients make every model look robust. The choice holds for the whole process.
/// </summary>
internal static class KernelSelection
{
    /// <summary>What oneDNN reads when the first of its kernels is made: the newest instructions that it may use.</summary>
    public const string InstructionsVariable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>Old enough that no block of channels is wider than what was seen to be right.</summary>
    public const string OlderInstructions = "AVX";

    /// <summary>Set in a process that was started again with older instructions because the first one asked for it: what was wrong there.</summary>
    public const string SecondStartVariable = "_ROBUSTNESS_GATE_OLDER_INSTRUCTIONS";

    private const long UsualBatch = 64;

    /// <summary>Known answers of larger batches would take long and tell nothing new; a model's own proof is at the size of the run.</summary>
    private const long LargestBatch = 512;

    private static readonly List<KernelFault> Found = [];
    private static readonly HashSet<(KernelMode, string Device, long Batch)> Answered = [];
    private static KernelMode? _mode;

    /// <summary>Guards everything that is decided about kernels in this process.</summary>
    internal static Lock Gate { get; } = new();

    /// <summary>The mode in use; <see cref="KernelMode.AsShipped"/> before anything was proved.</summary>
    public static KernelMode Mode => _mode ?? KernelMode.AsShipped;

    /// <summary>Counts the changes of mode: what was proved before one has to be proved again.</summary>
    public static int Changes { get; private set; }

    /// <summary>The mode that what was computed so far needed: layers that all proved right as shipped needed none.</summary>
    public static KernelMode Used => Mode == KernelMode.ByLayer && Convolution.AllAsShipped ? KernelMode.AsShipped : Mode;

    /// <summary>What proved wrong in the modes before, in the order of finding.</summary>
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

    /// <summary>Whether this process is the second start.</summary>
    internal static bool IsSecondStart => !string.IsNullOrEmpty(ProcessEnvironment.Variable(SecondStartVariable));

    /// <summary>Variables with which a process is started again with older instructions.</summary>
    /// <param name="wrong">What was wrong in the first one, in words.</param>
    internal static IEnumerable<KeyValuePair<string, string>> SecondStart(string wrong) =>
        [new(InstructionsVariable, OlderInstructions), new(SecondStartVariable, wrong)];

    /// <summary>What proved wrong before the mode in use, in words, the first start's included.</summary>
    public static IEnumerable<string> Wrong =>
        new[] { ProcessEnvironment.Variable(SecondStartVariable) }.OfType<string>().Where(kind => kind.Length > 0)
            .Concat(Faults.Select(fault => fault.Kind)).Distinct();

    /// <summary>Loads the library and proves its kernels on known answers, once for each device and batch size.</summary>
    /// <param name="ownGraph">Whether all that is to be computed is a graph of ours, so that single layers can be computed otherwise.</param>
    /// <exception cref="MistakeException">RG0901, or RG0914: no way of computing is right on this machine.</exception>
    public static void Prepare(bool ownGraph, Device? device = null, long batch = UsualBatch)
    {
        LibTorch.Load();
        batch = Math.Min(batch, LargestBatch);
        var at = device ?? CPU;
        lock (Gate)
        {
            _mode ??= IsSecondStart ? KernelMode.OlderInstructions : KernelMode.AsShipped;
            if (_mode == KernelMode.ByLayer && !ownGraph)
            {
                SelectNext(ownGraph);
            }

            while (!Answered.Contains((Mode, at.ToString(), batch)))
            {
                if (KnownAnswers.Faults(at, batch, convolutions: Mode != KernelMode.ByLayer).FirstOrDefault() is { } fault)
                {
                    Found.Add(fault);
                    SelectNext(ownGraph);
                }
                else
                {
                    Answered.Add((Mode, at.ToString(), batch));
                }
            }
        }
    }

    /// <summary>What is wrong as the library computes now, of how many known answers.</summary>
    public static (IReadOnlyList<KernelFault> Wrong, int Answers) Examine()
    {
        LibTorch.Load();
        return ([.. KnownAnswers.Faults(CPU, UsualBatch)], KnownAnswers.Count);
    }

    /// <summary>Has a model proved again and again, in the next mode each time that something about it is wrong.</summary>
    /// <param name="fault">Proves the model as it is computed now.</param>
    /// <exception cref="MistakeException">RG0914: it is right in no mode. The mode is that of before then: the model may be to blame.</exception>
    public static void Require(Func<KernelFault?> fault, bool ownGraph, Device device, long batch)
    {
        lock (Gate)
        {
            Prepare(ownGraph, device, batch);
            var (mode, found) = (Mode, Found.Count);
            try
            {
                while (fault() is { } wrong)
                {
                    Found.Add(wrong);
                    SelectNext(ownGraph);
                    Prepare(ownGraph, device, batch);
                }
            }
            catch (MistakeException) when (Found.Skip(found).All(wrong => wrong.IsOfModel))
            {
                Found.RemoveRange(found, Found.Count - found);
                Use(mode);
                throw;
            }
        }
    }

    /// <summary>Goes on without vendor libraries, because one layer is right in none of the ways that use them.</summary>
    /// <exception cref="MistakeException">RG0914: without them it is wrong already.</exception>
    public static void LeaveVendorLibraries(KernelFault fault)
    {
        lock (Gate)
        {
            Found.Add(fault);
            if (Mode == KernelMode.WithoutVendorLibraries || !VendorSwitches.CanSwitchVendorLibraries)
            {
                throw Unusable(fault);
            }

            Use(KernelMode.WithoutVendorLibraries);
            Prepare(ownGraph: true);
        }
    }

    /// <summary>As before anything was proved: for tests.</summary>
    internal static void Reset()
    {
        lock (Gate)
        {
            Found.Clear();
            Answered.Clear();
            Use(KernelMode.AsShipped);
            (_mode, CanStartAgain) = (null, false);
        }
    }

    /// <summary>RG0913, where something is wrong here and computed otherwise; null where everything is as shipped.</summary>
    /// <remarks>Its text is the same on every run: which error shows first, and how large, may hang on what memory held.</remarks>
    public static Finding? Finding() => Used == KernelMode.AsShipped ? null : new Finding(
        "RG0913", Severity.Note, null,
        $"as shipped, the tensor library's answers on this processor are not those of float64, so {Way()}. Counts are right, and comparable with those of other machines up to rounding; the run may take longer. dotnet robustness-gate doctor shows what was found.");

    private static string Way() => Mode switch
    {
        KernelMode.ByLayer => "each convolution is computed in the fastest way that proved right for it",
        KernelMode.OlderInstructions => $"its vendor library is held to older instructions ({InstructionsVariable}={OlderInstructions}), which proved right",
        KernelMode.WithoutVendorLibraries => "its vendor library is off, which proved right",
        var mode => throw new InvalidOperationException($"nothing was replaced in the mode {mode}"),
    };

    /// <summary>The next mode that there is for such a graph in such a process.</summary>
    private static void SelectNext(bool ownGraph)
    {
        if (Mode == KernelMode.AsShipped && ownGraph)
        {
            Use(KernelMode.ByLayer);
        }
        else if (CanStartAgain && Mode is KernelMode.AsShipped or KernelMode.ByLayer)
        {
            throw new StartAgainException();
        }
        else if (Mode != KernelMode.WithoutVendorLibraries && VendorSwitches.CanSwitchVendorLibraries)
        {
            Use(KernelMode.WithoutVendorLibraries);
        }
        else
        {
            throw Unusable(Found[^1]);
        }
    }

    private static void Use(KernelMode mode)
    {
        _mode = mode;
        Changes++;
        Convolution.Forget();
        Convolution.ProvesLayers = mode == KernelMode.ByLayer;
        UseVendorLibraries(mode != KernelMode.WithoutVendorLibraries);
    }

    internal static MistakeException Unusable(KernelFault fault) => new(
        ExitCode.InternalError,
        new Finding("RG0914", Severity.Error, null, fault.IsOfModel
            ? $"{fault}, against float64 or single samples, in every way of computing that this machine has, although the known answers of single operations are right. "
                + "Either this machine computes this model wrongly, or the model computes something else in float32 than in float64, or hides its gradient. Nothing measured with it would count. "
                + "Next: run the check on another machine; if it says the same there, look at the model for steps that float32 cannot represent."
            : $"the tensor library computes wrongly on this machine, in every way that there is: {fault}. Nothing measured with it would count. "
                + "Next: run dotnet robustness-gate doctor, and use another machine or another libtorch (ROBUSTNESS_GATE_LIBTORCH)."));
}

/// <summary>This process cannot compute rightly at full speed, but another one with older instructions may.</summary>
internal sealed class StartAgainException() : Exception($"to be started again with {KernelSelection.InstructionsVariable}={KernelSelection.OlderInstructions}");
