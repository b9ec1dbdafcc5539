using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// Runs a graph. What does not depend on the input is computed once for each floating-point type and device; the rest
/// runs node by node, and a value is released after the last node that reads it (autograd keeps what it needs).
/// </summary>
/// <param name="constants">Stored value of each constant slot; owned by the caller.</param>
internal sealed class GraphProgram(OnnxGraph graph, IReadOnlyDictionary<int, Value> constants) : IDisposable
{
    /// <summary>libtorch ends the process where it iterates over more.</summary>
    private const int MostDimensions = 64;

    private readonly Dictionary<(ScalarType?, DeviceType, int), Value?[]> _folded = [];
    private readonly GraphSplit _split = GraphSplit.Of(graph);

    public OnnxGraph Graph { get; } = graph;

    /// <summary>Forgets what was computed from the constants, because they changed.</summary>
    public void ConstantsChanged() => Dispose();

    /// <summary>What does not depend on the input, as a live node reads it; null where the slot holds nothing of the kind.</summary>
    public Value? Constant(int slot, RunMode mode) => slot >= 0 ? Folded(mode)[slot] : null;

    /// <param name="inputs">One value for each of the graph's inputs; not disposed here.</param>
    /// <returns>One value for each of the graph's outputs, in the caller's dispose scope.</returns>
    /// <exception cref="NodeException">A node failed.</exception>
    public Value[] Run(IReadOnlyList<Value> inputs, RunMode mode)
    {
        using var scope = NewDisposeScope();
        var training = constants.Values.Any(value => value.Native is { requires_grad: true });
        var slots = training ? Fold(mode) : (Value?[])Folded(mode).Clone();
        for (var i = 0; i < inputs.Count; i++)
        {
            slots[Graph.Inputs[i].Slot] = inputs[i];
        }

        // A batch may be as large as the caller's memory; the file must not ask for more by itself.
        var budget = inputs.All(IsFew) ? new Budget() : null;
        foreach (var step in _split.Live)
        {
            Execute(step.Node, slots, mode, budget);
            foreach (var slot in step.Released)
            {
                slots[slot]?.Native?.Dispose();
                slots[slot] = null;
            }
        }

        // A node may be asked for more outputs than its operator has.
        return [.. Graph.Outputs.Select(slot => Kept(
            slots[slot] ?? throw new NodeException("the output", new UnsupportedException("no node computes it")), inputs))];
    }

    public void Dispose()
    {
        foreach (var value in _folded.Values.SelectMany(slots => slots))
        {
            value?.Native?.Dispose();
        }

        _folded.Clear();
    }

    /// <summary>An output survives the run's scope; one that is itself a constant or an input gets a handle of its own.</summary>
    private Value Kept(Value value, IReadOnlyList<Value> inputs)
    {
        if (value.Native is not { } tensor)
        {
            return value;
        }

        var shared = inputs.Contains(value) || _folded.Values.Any(slots => slots.Contains(value));
        return (shared ? tensor.alias() : tensor).MoveToOuterDisposeScope();
    }

    private Value?[] Folded(RunMode mode)
    {
        var key = (mode.Float, mode.Device.type, mode.Device.index);
        if (!_folded.TryGetValue(key, out var slots))
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            slots = Fold(mode with { Batch = null });
            foreach (var value in slots)
            {
                value?.Native?.DetachFromDisposeScope();
            }

            _folded[key] = slots;
        }

        return slots;
    }

    /// <summary>Every slot that does not depend on the input and that a live node reads.</summary>
    private Value?[] Fold(RunMode mode)
    {
        var slots = new Value?[Graph.Slots];
        foreach (var (slot, value) in constants)
        {
            slots[slot] = Placed(value, mode);
        }

        var budget = new Budget();
        foreach (var step in _split.Constant)
        {
            Execute(step.Node, slots, mode, budget);
            foreach (var slot in step.Released)
            {
                slots[slot]?.Native?.Dispose();
                slots[slot] = null;
            }
        }

        return slots;
    }

    /// <summary>A constant in the run's type and on its device; always with a handle of its own.</summary>
    private static Value Placed(Value value, RunMode mode)
    {
        if (value.Native is not { } tensor)
        {
            return value;
        }

        var type = mode.Float is { } wanted && ElementTypes.IsFloat(tensor.dtype) ? wanted : tensor.dtype;
        var placed = tensor.to(type, mode.Device);
        return ReferenceEquals(placed, tensor) ? placed.alias() : placed;
    }

    private static bool IsFew(Value input) => input.Native is not { } tensor || tensor.dim() == 0 || tensor.shape[0] <= BatchRunner.ProbeSize;

    private static void Execute(OnnxNode node, Value?[] slots, RunMode mode, Budget? budget)
    {
        using var scope = NewDisposeScope();
        Value?[] inputs = [.. node.Inputs.Select(slot => slot < 0 ? null : slots[slot])];
        try
        {
            var outputs = ManagedArithmetic.TryRun(node, inputs) ?? node.Operator.Run(new Call(node, inputs, mode));
            if (outputs.FirstOrDefault(output => output.Native?.dim() > MostDimensions) is { Native: { } deep })
            {
                throw new UnsupportedException($"it gives a tensor of {deep.dim()} dimensions; at most {MostDimensions} are handled");
            }

            budget?.Take(outputs);
            for (var i = 0; i < node.Outputs.Length && i < outputs.Length; i++)
            {
                if (node.Outputs[i] >= 0)
                {
                    slots[node.Outputs[i]] = Owned(outputs[i], inputs);
                }
            }
        }
        catch (Exception exception) when (exception is not (NodeException or OutOfMemoryException))
        {
            throw new NodeException(node.Display, exception);
        }
    }

    /// <summary>An operator may hand an input through; the handle must not be released twice.</summary>
    private static Value Owned(Value output, Value?[] inputs)
    {
        if (output.Native is not { } tensor)
        {
            return output;
        }

        var shared = inputs.Any(input => ReferenceEquals(input?.Native, tensor));
        return (shared ? tensor.alias() : tensor).MoveToOuterDisposeScope();
    }
}

/// <summary>What all tensors of a graph may hold together, on inputs as few as a probe's.</summary>
internal sealed class Budget
{
    private double _left = Limits.Elements;

    /// <exception cref="UnsupportedException">The outputs go beyond it.</exception>
    public void Take(IEnumerable<Value> outputs)
    {
        _left -= outputs.Sum(output => (double)(output.Native?.numel() ?? 0));
        if (_left < 0)
        {
            throw new UnsupportedException($"with it the graph's tensors have more than {Limits.Elements:N0} elements together");
        }
    }
}

/// <summary>A node failed while the graph ran.</summary>
internal sealed class NodeException(string node, Exception inner) : Exception($"{node}: {FirstLine(inner.Message)}", inner)
{
    private static string FirstLine(string message) => message.Split('\n')[0].Trim();
}
