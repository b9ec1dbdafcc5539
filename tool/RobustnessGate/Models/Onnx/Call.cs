using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>How a graph is run.</summary>
/// <param name="Float">
/// The type that every floating-point tensor of the graph takes, so that one file serves float32 and float64;
/// null keeps the types that the file declares.
/// </param>
/// <param name="Batch">
/// Where the file fixes a batch of one: the batch that is meant wherever a constant shape starts with 1; null changes nothing.
/// </param>
/// <param name="StraightThrough">Whether rounding and quantisation pass the gradient through as if they were the identity.</param>
internal sealed record RunMode(ScalarType? Float, Device Device, long? Batch = null, bool StraightThrough = false)
{
    /// <summary>The native type of an ONNX element type in this run.</summary>
    /// <exception cref="UnsupportedException">A type that the engine lacks: strings, unsigned beyond 8 bits, complex.</exception>
    public ScalarType TypeOf(int onnxType)
    {
        var type = ElementTypes.Native(onnxType);
        return Float is { } wanted && ElementTypes.IsFloat(type) ? wanted : type;
    }
}

/// <summary>One execution of one node: its inputs, attributes and mode.</summary>
internal sealed class Call(OnnxNode node, IReadOnlyList<Value?> inputs, RunMode mode)
{
    public OnnxNode Node { get; } = node;

    public RunMode Mode { get; } = mode;

    public Attributes Attributes => Node.Attributes;

    public int Count => inputs.Count;

    /// <summary>The first input, which every operator with data has.</summary>
    public Tensor X => Tensor(0);

    public bool Has(int index) => index < inputs.Count && inputs[index] is not null;

    public Value Input(int index) =>
        Has(index) ? inputs[index]! : throw new UnsupportedException($"input {index} is missing");

    /// <summary>An input as a native tensor, in whatever shape the graph gives it.</summary>
    /// <exception cref="UnsupportedException">It is missing.</exception>
    public Tensor Tensor(int index) => Input(index).ToTensor(Mode.Device);

    /// <summary>As <see cref="Tensor"/>; null where the input is missing.</summary>
    public Tensor? Optional(int index) => Has(index) ? Tensor(index) : null;

    public long[] Integers(int index) => Input(index).Integers();

    public long[]? OptionalIntegers(int index) => Has(index) ? Integers(index) : null;

    public double Scalar(int index)
    {
        using var scope = NewDisposeScope();
        return Tensor(index).detach().cpu().to_type(ScalarType.Float64).reshape(1).item<double>();
    }

    public double[] Numbers(int index)
    {
        using var scope = NewDisposeScope();
        var flat = Tensor(index).detach().cpu().to_type(ScalarType.Float64).contiguous();
        return flat.numel() == 0 ? [] : flat.data<double>().ToArray();
    }

    /// <summary>Every input that is present, as tensors.</summary>
    public Tensor[] Tensors() => [.. Enumerable.Range(0, Count).Where(Has).Select(Tensor)];

    /// <summary>An axis counted from the end where negative.</summary>
    /// <exception cref="UnsupportedException">Outside −rank … rank − 1.</exception>
    public static int Axis(long axis, long rank) =>
        axis >= -rank && axis < rank
            ? (int)(axis < 0 ? axis + rank : axis)
            : throw new UnsupportedException($"axis {axis} of a tensor with {rank} dimensions");

    public static int[] Axes(IEnumerable<long> axes, long rank) => [.. axes.Select(axis => Axis(axis, rank))];

    /// <summary>Refuses a result whose claimed size no honest classifier needs, before anything is allocated.</summary>
    public static long[] Allocate(params long[] shape)
    {
        var size = 1.0;
        foreach (var dimension in shape)
        {
            size *= dimension >= 0 ? dimension : throw new UnsupportedException($"a dimension of {dimension}");
        }

        return size <= Limits.Elements
            ? shape
            : throw new UnsupportedException($"a tensor of {string.Join('×', shape)} elements, beyond the limit of {Limits.Elements:N0}");
    }
}

/// <summary>Bounds on what a file may make the tool allocate.</summary>
internal static class Limits
{
    /// <summary>2³⁰ elements, 4 GiB of float32.</summary>
    public const long Elements = 1L << 30;

    /// <summary>Elements of one batch of the size that a file fixes.</summary>
    public const long InputElements = 1L << 26;

    /// <summary>Nodes after functions are inlined.</summary>
    public const int Nodes = 1 << 20;
}

/// <summary>Something in a graph that is not implemented or makes no sense; the graph's reader adds which node.</summary>
internal sealed class UnsupportedException(string message) : Exception(message);
