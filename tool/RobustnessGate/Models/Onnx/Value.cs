using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// What an edge of the graph carries: a native tensor, or a few integers kept in managed memory. Exporters compute shapes,
/// axes and indices inside the graph; kept managed, they cost no native call and no wait for a GPU.
/// </summary>
internal sealed class Value
{
    /// <summary>Integer constants up to this size stay managed; index tables beyond it are data.</summary>
    public const int MaxManaged = 1024;

    private readonly Tensor? _tensor;
    private readonly long[]? _integers;
    private readonly long[]? _shape;

    public Value(Tensor tensor) => _tensor = tensor;

    /// <param name="shape">Empty for a scalar; one dimension where absent.</param>
    public Value(long[] integers, long[]? shape = null)
    {
        _integers = integers;
        _shape = shape ?? [integers.Length];
    }

    /// <summary>Whether this is a managed int64 tensor.</summary>
    public bool IsManaged => _integers is not null;

    public long[] Shape => _shape ?? _tensor!.shape;

    public ScalarType Type => _tensor?.dtype ?? ScalarType.Int64;

    /// <summary>The native tensor; null for managed integers.</summary>
    public Tensor? Native => _tensor;

    /// <summary>The elements in C order as integers, wherever they are.</summary>
    public long[] Integers()
    {
        if (_integers is not null)
        {
            return _integers;
        }

        using var scope = NewDisposeScope();
        var flat = _tensor!.detach().cpu().to_type(ScalarType.Int64).contiguous();
        return flat.numel() == 0 ? [] : flat.data<long>().ToArray();
    }

    /// <summary>As a native tensor; a managed value is copied into the current dispose scope.</summary>
    public Tensor ToTensor(Device device) =>
        _tensor ?? tensor(_integers!, _shape!, dtype: ScalarType.Int64, device: device);

    public static implicit operator Value(Tensor tensor) => new(tensor);
}
