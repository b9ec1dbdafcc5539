using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;
using Layer = RobustnessGate.Training.Layer;

namespace RobustnessGate.Tests.LinearMaps;

/// <summary>Hessians by a network's stages, against double backward and finite differences in float64.</summary>
public class StageHessianTests
{
    private static readonly (string Name, bool ByLayers, Architecture Architecture)[] Networks =
    [
        ("windows", true, new Architecture(
            [1, 14, 13],
            [
                new Layer.Conv(3, 3), new Layer.BatchNorm(), new Layer.Gelu(), new Layer.AvgPool(2), new Layer.Conv(2, 3), new Layer.Silu(),
                new Layer.MaxPool(2), new Layer.Flatten(), new Layer.Linear(4), new Layer.Gelu(), new Layer.Linear(3),
            ])),
        ("windows beyond the border, two channels", true, new Architecture(
            [2, 12, 12],
            [new Layer.Conv(4, 3, Padding: 1), new Layer.Gelu(), new Layer.Conv(4, 3, Stride: 2, Padding: 1), new Layer.Gelu(), new Layer.GlobalAverage(), new Layer.Flatten(), new Layer.Linear(3)])),
        ("a residual block", true, new Architecture(
            [1, 10, 10],
            [
                new Layer.Conv(3, 3), new Layer.Residual([new Layer.Conv(3, 3, Padding: 1), new Layer.BatchNorm(), new Layer.Silu()], []),
                new Layer.Relu(), new Layer.AvgPool(3), new Layer.Flatten(), new Layer.Linear(3),
            ])),
        ("few units", true, new Architecture([9], [new Layer.Linear(5), new Layer.Gelu(), new Layer.Linear(3)])),
        ("many units that see everything", false, new Architecture(
            [1, 4, 4], [new Layer.Flatten(), new Layer.Linear(40), new Layer.Gelu(), new Layer.Linear(20), new Layer.Silu(), new Layer.Linear(3)])),
    ];

    public static TheoryData<string> Names => new(Networks.Select(network => network.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Hessians_equal_those_of_double_backward_and_finite_differences(string name)
    {
        using var scope = NewDisposeScope();
        var (_, byLayers, architecture) = Networks.Single(network => network.Name == name);
        using var network = new LayeredNetwork(architecture, 5, ScalarType.Float64);
        using var generator = new Generator(3);
        var x = rand([1, .. architecture.InputShape.Select(size => (long)size)], ScalarType.Float64, generator: generator);
        var graph = network.Stages();
        var found = new StageHessian(graph, x, Loss, Margins);
        Assert.Equal(byLayers, LayerJacobians.Of(graph, x.shape) is not null);
        foreach (var (function, i) in new[] { Loss, Margins }.Select((function, i) => (function, i)))
        {
            Tensor Value(Tensor rows) => function(network.Logits(rows));
            var exact = InputHessian.Full(Value, x);
            Assert.True(exact.abs().max().item<double>() > 1e-4);
            AssertClose(exact, found.Full()[i], 1e-12);
            AssertClose(exact, found.ByColumns(width: 7)[i], 1e-12);
            AssertClose(Differences(Value, x), found.Full()[i], 1e-6);
        }
    }

    [Fact]
    public void A_file_has_the_hessians_of_the_network_that_it_was_written_from()
    {
        using var scope = NewDisposeScope();
        var architecture = Networks[0].Architecture;
        using var network = new LayeredNetwork(architecture, 5);
        using var file = OnnxNetwork.Parse(OnnxWriter.Bytes(network.ToOnnx(), architecture.InputShape), "g.onnx");
        var x = rand([1, 1, 14, 13], ScalarType.Float64);
        var stages = ((ITrainableNetwork)file).Stages(ScalarType.Float64);
        AssertClose(InputHessian.Full(rows => Margins(file.Forward(rows)), x), new StageHessian(stages!, x, Margins).Full()[0], 1e-12);
    }

    private static Tensor Loss(Tensor logits) => CrossEntropyHessian.Value(z => z, 1)(logits);

    private static Tensor Margins(Tensor logits) => Margin.Of(logits, full([logits.shape[0]], 1, dtype: ScalarType.Int64));

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance) => Assert.InRange(
        (expected - actual).abs().max().item<double>(), 0, tolerance * Math.Max(1e-3, expected.abs().max().item<double>()));

    /// <summary>Central differences of gradients: (d, d).</summary>
    private static Tensor Differences(Func<Tensor, Tensor> value, Tensor x)
    {
        const double H = 1e-5;
        Tensor Gradient(Tensor at)
        {
            var leaf = at.clone().detach().requires_grad_();
            return InputGradient.Of(value(leaf).sum(), leaf).flatten();
        }

        return stack([.. Enumerable.Range(0, (int)x.numel()).Select(i =>
        {
            var step = zeros_like(x);
            step.flatten()[i].add_(H);
            return (Gradient(x + step) - Gradient(x - step)) / (2 * H);
        })], 0);
    }
}
