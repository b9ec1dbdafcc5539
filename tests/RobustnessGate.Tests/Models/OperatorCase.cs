using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>One node (or a few) from an input "x" to an output "y", to be compared with ONNX Runtime and differentiated.</summary>
/// <param name="Name">Operator, opset and what is special.</param>
/// <param name="Input">Shape of x.</param>
internal sealed record OperatorCase(string Name, int Opset, long[] Input, Func<Graphs, Graphs> Build)
{
    /// <summary>Range of the random input; by default values of both signs, away from kinks at whole numbers.</summary>
    public (double Low, double High) Range { get; init; } = (-1.9, 1.9);

    /// <summary>Whether ONNX Runtime runs it; where it does not, only the derivatives are checked.</summary>
    public bool Oracle { get; init; } = true;

    /// <summary>Operator names that occur.</summary>
    public IEnumerable<string> Operators => Graph().Model.Graph.Node.Select(node => node.OpType);

    public Graphs Graph() => Build(new Graphs(Opset, Input));

    public Tensor X() => Numbers.Tensor(Input, seed: 11, Range.Low, Range.High);

    public override string ToString() => Name;

    /// <summary>A function of x in its own type; the caller disposes the program.</summary>
    public (Func<Tensor, Tensor> Run, GraphProgram Program) Open()
    {
        var graph = GraphReader.Read(Graph().Model);
        var reader = new TensorReader(null);
        var program = new GraphProgram(graph, graph.Constants.ToDictionary(constant => constant.Slot, constant => reader.Read(constant.Tensor)));
        return (x => program.Run([x], new RunMode(x.dtype, CPU))[0].ToTensor(CPU), program);
    }
}
