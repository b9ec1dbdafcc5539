using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Normalisations, always with the statistics of inference. Written as arithmetic, so that second derivatives exist.</summary>
internal static class Normalizations
{
    public static readonly Operator[] Table =
    [
        Op("BatchNormalization", 1, call => BatchNormalization(call)) with { Refuses = RefuseTraining },
        Op("InstanceNormalization", 1, call => InstanceNormalization(call)),
        Ops("LayerNormalization", 17, LayerNormalization),
        Op("GroupNormalization", 18, call => GroupNormalization(call, perGroup: true)),
        Op("GroupNormalization", 21, call => GroupNormalization(call, perGroup: false)),
        Op("LRN", 1, call => LocalResponse(call)),
        Op("LpNormalization", 1, call => LpNormalization(call)),
        Op("MeanVarianceNormalization", 9, call => MeanVariance(call)),
    ];

    private static string? RefuseTraining(OnnxNode node) =>
        node.Attributes.Flag("training_mode") ? "in training mode; export the model in evaluation mode"
        : node.Opset < 7 && !node.Attributes.Flag("is_test") ? "without is_test; export the model in evaluation mode"
        : !node.Attributes.Flag("spatial", true) ? "spatial = 0"
        : Enumerable.Range(1, 4).Any(node.HasOutput) ? "statistics as outputs"
        : null;

    private static double Epsilon(Call call) => call.Attributes.Float("epsilon", 1e-5);

    /// <summary>(C) laid along the channels of a tensor of some rank.</summary>
    private static Tensor PerChannel(Tensor values, long rank) => values.reshape([1, -1, .. Windows.Ones((int)rank - 2)]);

    private static Tensor BatchNormalization(Call call)
    {
        var x = call.X;
        var (scale, bias, mean, variance) = (call.Tensor(1), call.Tensor(2), call.Tensor(3), call.Tensor(4));
        var factor = scale / (variance + Epsilon(call)).sqrt();
        return (x - PerChannel(mean, x.dim())) * PerChannel(factor, x.dim()) + PerChannel(bias, x.dim());
    }

    /// <summary>(x − mean) / √(variance + ε) over some dimensions; also mean and 1/√….</summary>
    private static (Tensor Value, Tensor Mean, Tensor Inverse) Standardised(Tensor x, long[] dimensions, double epsilon)
    {
        var mean = x.mean(dimensions, keepdim: true);
        var centred = x - mean;
        var inverse = 1 / ((centred * centred).mean(dimensions, keepdim: true) + epsilon).sqrt();
        return (centred * inverse, mean, inverse);
    }

    private static long[] From(long first, long rank) => [.. Enumerable.Range((int)first, (int)(rank - first)).Select(i => (long)i)];

    private static Tensor InstanceNormalization(Call call)
    {
        var x = call.X;
        var (value, _, _) = Standardised(x, From(2, x.dim()), Epsilon(call));
        return value * PerChannel(call.Tensor(1), x.dim()) + PerChannel(call.Tensor(2), x.dim());
    }

    private static Value[] LayerNormalization(Call call)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", -1), x.dim());
        var (value, mean, inverse) = Standardised(x, From(axis, x.dim()), Epsilon(call));
        value = value * call.Tensor(1);
        return [call.Optional(2) is { } bias ? value + bias : value, mean, inverse];
    }

    /// <summary>Scale and bias are one a group in opset 18, one a channel from 21 on.</summary>
    private static Tensor GroupNormalization(Call call, bool perGroup)
    {
        var x = call.X;
        var groups = call.Attributes.Int("num_groups", 1);
        if (groups < 1 || x.shape[1] % groups != 0)
        {
            throw new UnsupportedException($"{x.shape[1]} channels in {groups} groups");
        }

        var (value, _, _) = Standardised(x.reshape(x.shape[0], groups, -1), [2], Epsilon(call));
        var (scale, bias) = (call.Tensor(1), call.Tensor(2));
        if (perGroup)
        {
            return (value * scale.reshape(1, -1, 1) + bias.reshape(1, -1, 1)).reshape(x.shape);
        }

        return value.reshape(x.shape) * PerChannel(scale, x.dim()) + PerChannel(bias, x.dim());
    }

    /// <summary>x / (bias + α/size · Σ x²)^β, the sum over neighbouring channels.</summary>
    private static Tensor LocalResponse(Call call)
    {
        var x = call.X;
        var (size, channels) = (call.Attributes.Int("size", 1), x.shape[1]);
        var before = Math.Min((size - 1) / 2, channels);
        var after = Math.Min(size / 2, channels);
        long[] padding = [.. new long[2 * ((int)x.dim() - 2)], before, after];
        var squares = nn.functional.pad(x * x, padding);
        var sum = squares.narrow(1, 0, channels);
        for (var offset = 1; offset <= before + after; offset++)
        {
            sum = sum + squares.narrow(1, offset, channels);
        }

        var factor = call.Attributes.Float("alpha", 1e-4) / size;
        return x / (sum * factor + call.Attributes.Float("bias", 1)).pow(call.Attributes.Float("beta", 0.75));
    }

    private static Tensor LpNormalization(Call call)
    {
        var x = call.X;
        long[] axis = [Call.Axis(call.Attributes.Int("axis", -1), x.dim())];
        var norm = call.Attributes.Int("p", 2) switch
        {
            1 => Arithmetic.Magnitude(x).sum(axis, keepdim: true),
            2 => (x * x).sum(axis, keepdim: true).sqrt(),
            var p => throw new UnsupportedException($"p = {p}"),
        };
        return x / norm;
    }

    private static Tensor MeanVariance(Call call)
    {
        var x = call.X;
        long[] axes = [.. Call.Axes(call.Attributes.Ints("axes") ?? [0, 2, 3], x.dim()).Select(axis => (long)axis)];
        var mean = x.mean(axes, keepdim: true);
        var deviation = ((x * x).mean(axes, keepdim: true) - mean * mean).sqrt();
        return (x - mean) / (deviation + 1e-9);
    }
}
