using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>A graph as a row of stages is the same function as the graph, with the same derivatives of its penalties.</summary>
public class StageReaderTests
{
    private static readonly (string Name, Func<Graphs> Graph)[] Rows =
    [
        ("convolution, pool, Gemm", () => Convolved(-1).Node("Flatten", "p", "f").Node("Gemm", "f,m,c", "y", ("transB", 1)).Initialiser("m", Random(3, 45)).Initialiser("c", Random(3))),
        ("Gemm the other way round", () => Convolved(-1).Node("Flatten", "p", "f").Node("Gemm", "f,m,c", "y").Initialiser("m", Random(45, 3)).Initialiser("c", Random(3))),
        ("MatMul and Add", () => Convolved(-1).Node("Flatten", "p", "f").Node("MatMul", "f,m", "g").Node("Add", "c,g", "y").Initialiser("m", Random(45, 3)).Initialiser("c", Random(1, 3))),
        ("Reshape, batch left open", () => Reshaped(-1, -1, 45)),
        ("Reshape, batch copied", () => Reshaped(-1, 0, -1)),
        ("Reshape, batch of one", () => Reshaped(1, 1, 45)),
        ("strides and padding", () => new Graphs(13, [-1, 3, 8, 8], -1, 3).Initialiser("w", Random(4, 3, 3, 3))
            .Node("Conv", "x,w", "h", ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", "h", "r")
            .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Flatten", "p", "f").Node("MatMul", "f,m", "y").Initialiser("m", Random(64, 3))),
        ("no convolution, and one matrix twice", () => new Graphs(13, [-1, 3, 8, 8], -1, 3).Initialiser("w", Random(192, 5)).Initialiser("q", Random(5, 5))
            .Initialiser("m", Random(5, 3)).Initialiser("b", Random(5)).Node("Flatten", "x", "f").Node("MatMul", "f,w", "g").Node("Add", "g,b", "h").Node("Relu", "h", "r")
            .Node("MatMul", "r,q", "s").Node("Relu", "s", "t").Node("MatMul", "t,q", "u").Node("MatMul", "u,m", "y")),
        ("one value to which several are added", () => new Graphs(13, [-1, 3, 8, 8], -1, 3).Initialiser("w", Random(192, 1)).Initialiser("b", Random(4))
            .Initialiser("m", Random(4, 3)).Node("Flatten", "x", "f").Node("MatMul", "f,w", "g").Node("Add", "g,b", "h").Node("Relu", "h", "r").Node("MatMul", "r,m", "y")),
        ("a branch", () => Flat().Node("Relu", "h", "r").Node("Add", "r,h", "y")),
        ("a sigmoid", () => Flat().Node("Sigmoid", "h", "s").Initialiser("v", Random(3, 3)).Node("MatMul", "s,v", "y")),
        ("groups and dilations", () => new Graphs(13, [-1, 3, 8, 8], -1, 3).Initialiser("w", Random(6, 1, 2, 2)).Node("Conv", "x,w", "h", ("group", 3), ("dilations", new[] { 2, 2 }))
            .Node("Flatten", "h", "f").Initialiser("m", Random(216, 3)).Node("MatMul", "f,m", "y")),
        ("a sum before the first weights", () => new Graphs(13, [-1, 3, 8, 8], -1, 3).Initialiser("b", Random(3, 1, 1)).Node("Add", "x,b", "z")
            .Node("Flatten", "z", "f").Initialiser("w", Random(192, 3)).Node("MatMul", "f,w", "y")),
        ("an input read twice", () => Convolved(-1).Initialiser("v", Random(5, 3, 3, 3)).Node("Conv", "x,v", "k", ("strides", new[] { 2, 2 }))
            .Node("Add", "p,k", "s").Node("GlobalAveragePool", "s", "a").Node("Flatten", "a", "f").Node("MatMul", "f,m", "y").Initialiser("m", Random(5, 3))),
        ("normalisation, mean of planes", () => Convolved(-1).Initialiser("g", Random(5)).Initialiser("e", Random(5) + 1).Initialiser("v", Random(5).abs() + 0.5)
            .Node("BatchNormalization", "p,g,e,e,v", "n").Node("ReduceMean", "n", "f", ("axes", new[] { 2, 3 }), ("keepdims", 0)).Node("MatMul", "f,m", "y").Initialiser("m", Random(5, 3))),
        ("averages of windows", () => Convolved(-1).Node("AveragePool", "p", "a", ("kernel_shape", new[] { 2, 1 }))
            .Node("Flatten", "a", "f").Node("MatMul", "f,m", "y").Initialiser("m", Random(30, 3))),
        ("GELU as exporters write it", () => Flat().Initialiser("r", Root).Initialiser("i", One).Initialiser("d", Half).Node("Div", "h,r", "a").Node("Erf", "a", "b").Node("Add", "b,i", "c")
            .Node("Mul", "h,c", "k").Node("Mul", "k,d", "l").Initialiser("v", Random(3, 3)).Node("MatMul", "l,v", "y")),
        ("GELU by its name", () => new Graphs(20, [-1, 3, 8, 8], -1, 3).Node("Flatten", "x", "f").Initialiser("w", Random(192, 3)).Node("MatMul", "f,w", "h")
            .Node("Gelu", "h", "k").Node("Gelu", "k", "l", ("approximate", "tanh")).Initialiser("v", Random(3, 3)).Node("MatMul", "l,v", "y")),
        ("SiLU", () => Flat().Node("Sigmoid", "h", "s").Node("Mul", "s,h", "k").Initialiser("v", Random(3, 3)).Node("MatMul", "k,v", "y")),
        ("a gate for each channel", () => Convolved(-1).Node("GlobalAveragePool", "h", "a").Initialiser("q", Random(5, 5, 1, 1)).Node("Conv", "a,q", "d").Node("Sigmoid", "d", "c")
            .Node("Mul", "c,h", "k").Node("Flatten", "k", "f").Node("MatMul", "f,m", "y").Initialiser("m", Random(180, 3))),
        ("tanh and softplus of one value", () => Flat().Node("Tanh", "h", "t").Node("Softplus", "h", "s").Node("Mul", "s,t", "k").Initialiser("v", Random(3, 3))
            .Node("Add", "k,t", "l").Node("MatMul", "l,v", "y")),
    ];

    private static readonly (string Name, Func<Graphs> Graph)[] Others =
    [
        ("a weight that is computed", () => new Graphs(13, [-1, 6], -1, 3)
            .Initialiser("w", Random(3, 6)).Node("Transpose", "w", "t", ("perm", new[] { 1, 0 })).Node("MatMul", "x,t", "y")),
        ("padding on one side", () => new Graphs(13, [-1, 2, 4, 4], -1, 3).Initialiser("w", Random(2, 2, 3, 3)).Node("Conv", "x,w", "h", ("pads", new[] { 0, 0, 1, 1 }))
            .Node("Flatten", "h", "f").Initialiser("m", Random(18, 3)).Node("MatMul", "f,m", "y")),
        ("a product that is scaled", () => new Graphs(13, [-1, 6], -1, 3).Initialiser("w", Random(6, 3)).Node("Gemm", "x,w", "y", ("alpha", 2.0))),
        ("a bias in two dimensions", () => new Graphs(13, [-1, 6], -1, 3).Initialiser("w", Random(6, 3)).Initialiser("b", Random(1, 3)).Node("Gemm", "x,w,b", "y")),
        ("windows that stick out", () => new Graphs(13, [-1, 3, 5, 5], -1, 3).Node("MaxPool", "x", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1))
            .Node("Flatten", "p", "f").Initialiser("m", Random(27, 3)).Node("MatMul", "f,m", "y")),
        ("one logit", () => new Graphs(13, [-1, 6], -1, 1).Initialiser("w", Random(6, 1)).Node("MatMul", "x,w", "y")),
        ("logits with a width and a height", () => new Graphs(13, [-1, 3, 2, 2], -1, 3, 1, 1).Initialiser("w", Random(3, 3, 2, 2)).Node("Conv", "x,w", "y")),
        ("a sine", () => Dense().Node("Sin", "h", "y")),
        ("a factor", () => Dense().Initialiser("s", Random(3)).Node("Mul", "h,s", "y")),
    ];

    public static TheoryData<string> RowNames => new(Rows.Select(row => row.Name));

    public static TheoryData<string> OtherNames => new(Others.Select(other => other.Name));

    [Theory]
    [MemberData(nameof(RowNames))]
    public void A_row_gives_the_loss_and_the_gradients_of_the_graph(string name)
    {
        using var scope = NewDisposeScope();
        var graph = Rows.Single(row => row.Name == name).Graph();
        foreach (var input in new[] { Plain(3, 8, 8), Plain(3, 8, 8) with { Mean = [0.4, 0.5, 0.6], Std = [0.2, 0.3, 0.4], Scale = 0.5 } })
        {
            using var classifier = new Classifier(graph.Read(), input);
            using var asRow = new Opened(classifier, asRow: true);
            using var whole = new Opened(classifier, asRow: false);
            Assert.NotNull(asRow.Linearise(rand(2, 3, 8, 8)));
            foreach (var regime in new Regime[] { new Jacobian(0.1, Ramp: 0), new Gradient(0.1, Ramp: 0) })
            {
                var (loss, gradients) = Step(regime, asRow);
                var (expected, truth) = Step(regime, whole);
                AssertClose(expected.Total, loss.Total);
                AssertClose(expected.Penalty!, loss.Penalty!);
                Assert.Equal(whole.Weights.Count, gradients.Length);
                foreach (var (exact, gradient) in truth.Zip(gradients))
                {
                    AssertClose(exact, gradient);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(OtherNames))]
    public void What_is_no_row_has_no_stages(string name)
    {
        using var network = Others.Single(other => other.Name == name).Graph().Read();
        Assert.Null(((ITrainableNetwork)network).Stages(ScalarType.Float32));
    }

    [Fact]
    public void Preprocessing_is_freed_with_its_classifier()
    {
        using var scope = NewDisposeScope();
        Stages();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Stages();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        static void Stages()
        {
            using var inner = NewDisposeScope();
            using var classifier = new Classifier(Rows[0].Graph().Read(), Plain(3, 8, 8) with { Mean = [0.5], Std = [0.2] });
            Assert.NotNull(classifier.Stages(CPU));
        }
    }

    [Fact]
    public void Channels_in_another_order_have_no_stages()
    {
        using var classifier = new Classifier(Rows[0].Graph().Read(), Plain(3, 8, 8) with { ChannelOrder = ChannelOrder.Bgr });
        Assert.Null(classifier.Stages(CPU));
    }

    private static (StepLoss, Tensor[]) Step(Regime regime, ITrainable network)
    {
        using var generator = new Generator(9);
        var x = rand([4, 3, 8, 8], generator: generator);
        var loss = regime.Loss(new TrainingStep(network, x, arange(4) % 3, Number: 0, Progress: 1, new Bounds(0, 1), Seed: 5));
        return (loss, InputGradient.OfAll(loss.Total, [.. network.Weights.Select(weight => weight.Value)]));
    }

    private static InputSection Plain(params int[] shape) => new([.. shape], new Bounds(0, 1), [], []);

    private static Graphs Convolved(long batch) => new Graphs(13, [batch, 3, 8, 8], batch, 3)
        .Initialiser("w", Random(5, 3, 3, 3)).Initialiser("b", Random(5))
        .Node("Conv", "x,w,b", "h").Node("Relu", "h", "r")
        .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));

    private static Graphs Reshaped(long batch, long rows, long features) => Convolved(batch)
        .Integers("s", rows, features).Node("Reshape", "p,s", "f").Initialiser("m", Random(45, 3)).Node("MatMul", "f,m", "y");

    private static Tensor Root => tensor((float)Math.Sqrt(2));

    private static Tensor One => tensor(1f);

    private static Tensor Half => tensor(0.5f);

    private static Graphs Flat() => new Graphs(13, [-1, 3, 8, 8], -1, 3).Node("Flatten", "x", "f").Initialiser("w", Random(192, 3)).Node("MatMul", "f,w", "h");

    private static Graphs Dense() => new Graphs(13, [-1, 6], -1, 3).Initialiser("w", Random(6, 3)).Node("MatMul", "x,w", "h");

    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, generator: generator) * 0.3;
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, 2e-5 * Math.Max(1e-2, expected.abs().max().item<float>()));
    }

    private sealed class Opened(Classifier classifier, bool asRow) : ITrainable
    {
        private readonly StageGraph? _stages = asRow ? classifier.Stages(CPU) : null;

        public IReadOnlyList<(string Name, Tensor Value)> Weights { get; } = OpenWeights.Of(classifier, CPU);

        public IReadOnlyList<(string Name, Tensor Value)> Statistics => [];

        public bool CouplesSamples => false;

        public bool Training { get; set; }

        public Tensor Logits(Tensor x) => classifier.Logits(x);

        public Linearisation? Linearise(Tensor x) => _stages is null ? null : Linearisation.Of(_stages, x);

        public void Dispose()
        {
        }
    }
}
