using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Kernels;

/// <summary>
/// The operations that networks are made of, on fixed numbers: in float32 and its gradients against float64. Small shapes
/// with channels that fill the blocks of vendor libraries and others that do not, alone and in batches.
/// </summary>
internal static class KnownAnswers
{
    public static int Count => All(1).Count();

    /// <summary>What is wrong on a device, as it is found; empty where all is right.</summary>
    /// <param name="batch">Rows of the batches that are to be computed.</param>
    /// <param name="convolutions">Whether convolutions are asked for too: not where each is proved when it is met.</param>
    public static IEnumerable<KernelFault> Faults(Device device, long batch, bool convolutions = true) =>
        (convolutions ? All(batch) : Others(batch)).Select(answer => answer.Fault(device)).OfType<KernelFault>();

    private static IEnumerable<KnownAnswer> All(long batch) => [.. Convolutions(batch), .. Others(batch)];

    private static IEnumerable<KnownAnswer> Convolutions(long batch) =>
    [
        Conv([1, 1, 10, 10], [8, 1, 3, 3]),
        Conv([2, 1, 10, 10], [8, 1, 3, 3]),
        Conv([2, 2, 7, 7], [3, 2, 3, 3]),
        Conv([2, 16, 8, 8], [32, 16, 3, 3], padding: 1),
        Conv([2, 3, 9, 9], [10, 3, 3, 3], stride: 2, padding: 1),
        Conv([2, 16, 9, 9], [16, 16, 3, 3], dilation: 2),
        Conv([2, 8, 8, 8], [12, 2, 3, 3], groups: 4),
        Conv([2, 6, 8, 8], [6, 1, 3, 3], groups: 6),
        Conv([2, 5, 6, 6], [24, 5, 1, 1]),
        Conv([batch, 3, 8, 8], [16, 3, 5, 5]),
        Conv([batch, 8, 8, 8], [20, 8, 3, 3], padding: 1),
        Conv([batch, 1, 12, 12], [6, 1, 5, 5]),
        Conv([2, 3, 12], [5, 3, 3]),
        Conv([2, 2, 5, 5, 5], [3, 2, 3, 3, 3]),
        Conv([2, 3, 5, 5], [3, 5, 3, 3], stride: 2, transposed: true),
        Conv([batch, 8, 5, 5], [8, 4, 2, 2], transposed: true),
    ];

    private static IEnumerable<KnownAnswer> Others(long batch) =>
    [
        Of("linear", [batch, 100], [10, 100], (x, w) => F.linear(x, w!)),
        Of("linear", [2, 33], [7, 33], (x, w) => F.linear(x, w!)),
        Of("matmul", [2, 8, 17], [17, 9], (x, w) => x.matmul(w!)),
        Of("max_pool2d", [2, 3, 8, 8], null, (x, _) => F.max_pool2d(x, 2, 2)),
        Of("avg_pool2d", [2, 3, 8, 8], null, (x, _) => F.avg_pool2d(x, 2, 2)),
        Of("batch_norm", [2, 3, 6, 6], [3], (x, w) => F.batch_norm(x, zeros_like(w!), ones_like(w!) * 0.7, w, training: false)),
        Of("layer_norm", [2, 24], [24], (x, w) => F.layer_norm(x, [24], w)),
        Of("group_norm", [2, 6, 5, 5], [6], (x, w) => F.group_norm(x, 2, w)),
        Of("lstm", [batch, 3, 5], [24, 11], (x, w) => Recurrent(x, w!)),
        Of("gelu", [batch, 33], null, (x, _) => F.gelu(x * 3)),
        Of("log_softmax", [batch, 10], null, (x, _) => F.log_softmax(x * 9, 1)),
    ];

    /// <summary>One recurrent layer of 6 units over (N, length, 5), its weights (24, 5 + 6) put together.</summary>
    private static Tensor Recurrent(Tensor x, Tensor weights)
    {
        using var layer = nn.LSTM(5, 6, batchFirst: true, device: x.device, dtype: x.dtype);
        using var frozen = no_grad();
        foreach (var (name, parameter) in layer.named_parameters())
        {
            using var handle = parameter;
            parameter.requires_grad = false;
            parameter.copy_(name.Contains("weight_ih", StringComparison.Ordinal) ? weights.narrow(1, 0, 5)
                : name.Contains("weight_hh", StringComparison.Ordinal) ? weights.narrow(1, 5, 6) : weights.select(1, name.Contains("ih", StringComparison.Ordinal) ? 0 : 7));
        }

        using var recording = enable_grad();
        return layer.call(x).Item1;
    }

    private static KnownAnswer Of(string operation, long[] input, long[]? weight, Func<Tensor, Tensor?, Tensor> compute) =>
        new(operation, string.Join('×', input) + (weight is null ? "" : $" with {string.Join('×', weight)}"), input, weight, compute);

    private static KnownAnswer Conv(
        long[] input, long[] weight, long stride = 1, long padding = 0, long dilation = 1, long groups = 1, bool transposed = false)
    {
        var rank = input.Length - 2;
        long[] All(long value) => [.. Enumerable.Repeat(value, rank)];
        var geometry = new ConvolutionGeometry(All(stride), All(padding), All(dilation), groups, transposed);
        return Of(geometry.Operation, input, weight, (x, w) => ConvolutionKernels.Direct(x, w!, null, geometry)) with
        {
            Reference = (x, w) => ConvolutionKernels.Native(x, w!, null, geometry),
        };
    }
}
