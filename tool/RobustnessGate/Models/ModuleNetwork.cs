using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>A module of the engine, opened from a file, with the function that runs it.</summary>
internal sealed record OpenedModule(nn.Module Module, Func<Tensor, Tensor> Call)
{
    /// <summary>The text of its code; null where there is none.</summary>
    public string? Mentions { get; init; }

    /// <summary>The weights file with the module's state of now; null where no file holds it.</summary>
    public Func<ModelSection, byte[]>? Rewritten { get; init; }
}

/// <summary>
/// A network that is a module of the engine: TorchScript, or a class of an assembly. Opened twice where it can run in
/// float64, so that neither type is a converted copy of the other's state.
/// </summary>
internal sealed partial class ModuleNetwork : IOpenedNetwork, ITrainableNetwork
{
    private readonly string _display;
    private readonly OpenedModule _narrow;
    private readonly OpenedModule? _wide;
    private readonly BatchRunner _batches;
    private Device _device = CPU;

    /// <param name="format">"torchscript" or "assembly".</param>
    /// <param name="card">What the file tells; the probe completes it.</param>
    /// <param name="open">Opens the file anew.</param>
    /// <exception cref="MistakeException">RG0415, RG0422: the network does not run, or not by itself.</exception>
    public ModuleNetwork(string format, string display, ModelCard card, InputSection input, Func<OpenedModule> open)
    {
        (Format, _display) = (format, display);
        _narrow = Frozen(open());
        long[] features = [.. input.Shape.Select(dimension => (long)dimension)];
        try
        {
            Weights = [.. Named(_narrow.Module)];
            Parameters = Weights.Sum(weight => weight.Value.numel());
            _batches = BatchRunner.Probe((x, _) => Run(x), null, features, input.Bounds);
            RefuseNoise(features, input.Bounds);
            _wide = Widened(open, features, input.Bounds);
        }
        catch
        {
            Dispose();
            throw;
        }

        SupportsDouble = _wide is not null;
        Card = card with
        {
            Classes = LogitShape.Classes(_batches.OutputShape),
            Batching = _batches.Batching,
            Notes = _batches.Batching == Batching.Chunks
                ? card.Notes.Add("The network takes one input at a time, so batches go through in pieces, which is slow.")
                : card.Notes,
        };
    }

    public string Format { get; }

    public bool SupportsDouble { get; }

    public long Parameters { get; }

    public IReadOnlyList<(string Name, Tensor Value)> Weights { get; } = [];

    public IReadOnlyList<long>? InputShape => null;

    public ModelCard Card { get; }

    public IReadOnlyList<long> ProbeOutput => _batches.OutputShape;

    public byte[]? ExternalDigest { get; init; }

    public Tensor Forward(Tensor input) => GradientTie.Tied(input, _batches.Forward(input));

    public byte[]? Rewritten(ModelSection model) => _narrow.Rewritten?.Invoke(model);

    public void Dispose()
    {
        foreach (var (_, handle) in Weights)
        {
            handle.Dispose();
        }

        _narrow.Module.Dispose();
        _wide?.Module.Dispose();
    }

    private Tensor Run(Tensor input) => Run(input.dtype == ScalarType.Float64 && _wide is not null ? _wide : _narrow, input);

    private Tensor Run(OpenedModule opened, Tensor input)
    {
        if (input.device.type != _device.type || input.device.index != _device.index)
        {
            _narrow.Module.to(input.device);
            _wide?.Module.to(input.device);
            _device = input.device;
        }

        using var scope = NewDisposeScope();
        try
        {
            return LogitShape.Floating(opened.Call(input), _display).MoveToOuterDisposeScope();
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException or InvalidOperationException or NotImplementedException)
        {
            throw MistakeException.InFile("RG0415", _display,
                $"the network fails on an input of shape {string.Join('×', input.shape)}: {Told(exception.Message)}. " +
                (OtherPrecision().Match(exception.Message) is { Success: true } type && input.dtype == ScalarType.Float32
                    ? $"It seems to compute in another precision ({type.Value}); inputs come in float32. Export it in float32: model.float() before it is scripted or traced."
                    : "Compare model.input.shape with what the network was made for."));
        }
    }

    /// <summary>Types that libtorch names where they do not go together with those of an input in float32.</summary>
    [GeneratedRegex(@"\b(?:c10::)?(?:Half|BFloat16|[Dd]ouble)\b")]
    private static partial Regex OtherPrecision();

    /// <summary>The line of a native message that tells the error; TorchScript puts the place in the script first.</summary>
    private static string Told(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(line => line.StartsWith("RuntimeError:", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no message";
    }

    private static OpenedModule Frozen(OpenedModule opened)
    {
        // TorchScript makes a handle for each parameter asked for.
        using var scope = NewDisposeScope();
        opened.Module.eval();
        foreach (var parameter in opened.Module.parameters())
        {
            parameter.requires_grad = false;
        }

        return opened;
    }

    /// <summary>A handle of its own for each parameter: TorchScript makes new ones for whoever asks, other modules share theirs.</summary>
    private static IEnumerable<(string Name, Tensor Value)> Named(nn.Module module) => module.named_parameters()
        .Select(entry => (entry.name, entry.parameter.DetachFromDisposeScope())).ToList();

    /// <summary>One answer for one input, alone or in a batch: else dropout or batch statistics are at work.</summary>
    private void RefuseNoise(long[] features, Bounds? bounds)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var pair = BatchRunner.Noise(features, bounds);
        var once = _batches.Forward(pair);
        if (once.isfinite().all().item<bool>() && !BatchRunner.Same(_batches.Forward(pair), once))
        {
            throw HasTrainingModes ? Unsteady("gives another answer to the same input when asked again") : MistakeException.InFile("RG0437", _display,
                "the network gives another answer to the same input when asked again, and has neither dropout nor batch normalisation: it draws numbers. What is measured would be chance. Export it without, or as ONNX, where draws are averaged.");
        }

        if (_batches.Batching == Batching.Chunks && BatchRunner.TakesPairs(Run, pair, once.shape))
        {
            throw HasTrainingModes ? Unsteady("gives an input another answer when it stands in a batch") : MistakeException.InFile("RG0436", _display,
                "the network gives an input another answer when it stands in a batch, and has no batch normalisation: it takes the inputs of a batch together. What is measured would depend on the samples beside it. Mend the network.");
        }
    }

    /// <summary>Whether anything in it behaves otherwise in training, as far as can be seen: what is no module of its own, in an assembly, cannot.</summary>
    private bool HasTrainingModes => _narrow.Mentions is { } mentions
        ? TrainingWords().IsMatch(mentions) : _narrow.Module.modules().Any(module => TrainingWords().IsMatch(module.GetType().Name));

    [GeneratedRegex("batch_?norm|dropout|instance_?norm", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TrainingWords();

    private MistakeException Unsteady(string what) => MistakeException.InFile("RG0422", _display,
        $"the network {what}: dropout or batch normalisation is in training mode. What is measured would be chance. Call eval() before tracing or saving it.");

    /// <summary>A second copy in float64; null where constants inside the network stay in float32.</summary>
    private OpenedModule? Widened(Func<OpenedModule> open, long[] features, Bounds? bounds)
    {
        // Opened before the scope, which would otherwise own the module's parameters.
        var wide = Frozen(open());
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        try
        {
            wide.Module.to(ScalarType.Float64);
            var pair = BatchRunner.Noise(features, bounds);
            var one = pair.narrow(0, 0, 1);
            var result = Run(wide, one.to(ScalarType.Float64));
            if (result.dtype == ScalarType.Float64 && BatchRunner.Same(result.to(ScalarType.Float32), Run(_narrow, one)))
            {
                return wide;
            }
        }
        catch (MistakeException)
        {
            // Mixed types inside: the network is for float32 alone.
        }

        wide.Module.Dispose();
        return null;
    }
}
