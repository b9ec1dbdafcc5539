namespace RobustnessGate.Models.Onnx;

/// <summary>One operator from one opset version on, as one line of a family's table.</summary>
/// <param name="Name">As in the ONNX specification.</param>
/// <param name="Since">The first opset version that this implementation is right for.</param>
/// <param name="Run">Computes the outputs from a call's inputs and attributes.</param>
internal sealed record Operator(string Name, int Since, Func<Call, Value[]> Run)
{
    /// <summary>"" is the standard domain.</summary>
    public string Domain { get; init; } = "";

    /// <summary>What a node of this operator asks for that is not implemented; null where all is well.</summary>
    public Func<OnnxNode, string?>? Refuses { get; init; }

    /// <summary>Whether a node's output is piecewise constant in its data inputs, so that no gradient passes.</summary>
    public Func<OnnxNode, bool> ZeroGradient { get; init; } = _ => false;

    /// <summary>Whether a run with straight-through gradients passes the gradient all the same.</summary>
    public bool HasStraightThrough { get; init; }

    /// <summary>Whether the output depends on the shape of its input alone.</summary>
    public bool ShapeOnly { get; init; }

    /// <summary>An operator with a single output.</summary>
    public static Operator Op(string name, int since, Func<Call, Value> run) => new(name, since, call => [run(call)]);

    /// <summary>An operator with several outputs.</summary>
    public static Operator Ops(string name, int since, Func<Call, Value[]> run) => new(name, since, run);
}
