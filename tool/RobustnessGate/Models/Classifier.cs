using RobustnessGate.LinearMaps;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>
/// A classifier over raw inputs. Preprocessing happens inside, so that nothing outside ever sees normalised values
/// and ε is always in raw input units.
/// </summary>
/// <param name="sha256">Of the model file, lower-case hexadecimal; empty for a network that never was one.</param>
internal sealed class Classifier(INetwork network, InputSection input, string sha256 = "") : IDisposable
{
    /// <summary>What the stages of the preprocessing use.</summary>
    private Tensor[] _constants = [];

    public string Sha256 { get; } = sha256;

    public INetwork Network { get; } = network;

    public InputSection Input { get; } = input;

    /// <summary>(N, …shape) in the bounds → logits (N, K), of the input's type; differentiable with respect to the input.</summary>
    public Tensor Logits(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normalised = x;
        if (Input.ChannelOrder == ChannelOrder.Bgr)
        {
            normalised = normalised.flip(ChannelDimension(x));
        }

        if (Input.Scale != 1)
        {
            normalised = normalised * Input.Scale;
        }

        if (!Input.Mean.IsEmpty)
        {
            normalised = normalised - PerChannel(Input.Mean, x);
        }

        if (!Input.Std.IsEmpty)
        {
            normalised = normalised / PerChannel(Input.Std, x);
        }

        return LogitShape.Of(Network.Forward(normalised)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Preprocessing and network as a graph of stages; null where they are none, or where that is not known. Good until
    /// the next call or the end of the classifier, and where it is not in the weights' own type until the end of the
    /// innermost dispose scope.
    /// </summary>
    internal StageGraph? Stages(Device device, ScalarType type = ScalarType.Float32)
    {
        if (Input.ChannelOrder == ChannelOrder.Bgr || (Network as ITrainableNetwork)?.Stages(type) is not { } stages)
        {
            return null;
        }

        if (Input.Scale == 1 && Input.Mean.IsEmpty && Input.Std.IsEmpty)
        {
            return stages;
        }

        using var scope = NewDisposeScope();
        FreeConstants();
        var like = empty([1, .. Input.Shape.Select(size => (long)size)], dtype: type, device: device);
        var spread = Input.Std.IsEmpty ? ones(1, dtype: type, device: device) : PerChannel(Input.Std, like);
        var mean = Input.Mean.IsEmpty ? zeros(1, dtype: type, device: device) : PerChannel(Input.Mean, like);
        _constants = [(Input.Scale / spread).DetachFromDisposeScope(), (-mean / spread).DetachFromDisposeScope()];
        return stages.Behind(new ScalingStage(_constants[0]), new ShiftingStage(_constants[1]));
    }

    public void Dispose()
    {
        FreeConstants();
        Network.Dispose();
    }

    private void FreeConstants()
    {
        foreach (var constant in _constants)
        {
            constant.Dispose();
        }

        _constants = [];
    }

    private long ChannelDimension(Tensor x) => Input.Layout == ChannelLayout.ChannelsLast ? x.dim() - 1 : 1;

    /// <summary>One value, or one per channel, shaped to broadcast over a batch.</summary>
    private Tensor PerChannel(IReadOnlyList<double> values, Tensor x)
    {
        var shape = new long[x.dim()];
        Array.Fill(shape, 1);
        if (values.Count > 1)
        {
            shape[ChannelDimension(x)] = values.Count;
        }

        return tensor(values.ToArray(), dtype: x.dtype, device: x.device).reshape(shape);
    }
}
