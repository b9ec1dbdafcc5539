using System.Globalization;
using RobustnessGate.Indicators;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;
using Layer = RobustnessGate.Training.Layer;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// The spectrum of ∇²CE of a ReLU network over (1, 28, 28), two 5×5 convolutions of 16 and 32 with max-pools and a dense
/// layer of 100: by ten backward passes and a 10×10 matrix, against the full Hessian by double backward in blocks of
/// columns and its eigenvalues. Both in float64.
/// </summary>
internal static class SpectrumCost
{
    private const int Classes = 10;

    /// <summary>Spectra in one timed run of the short way: a single one is too short to time.</summary>
    private const int Repeats = 10;

    private const double Wanted = 50;
    private const double WantedOfSmooth = 10;

    public static void Run()
    {
        using var scope = NewDisposeScope();
        var network = Network();
        var input = Uniform("input", 784, 0, 1).reshape(1, 1, 28, 28);
        double[] fast = [];
        double[] slow = [];
        void Short()
        {
            for (var i = 0; i < Repeats; i++)
            {
                using var pass = NewDisposeScope();
                var (logits, jacobian) = LogitJacobian.At(network, input);
                fast = CrossEntropyHessian.Eigenvalues(CrossEntropyHessian.Factor(jacobian, logits));
            }
        }

        Action Full(int columns) => () =>
        {
            using var pass = NewDisposeScope();
            slow = CrossEntropyHessian.EigenvaluesOf(InputHessian.Full(CrossEntropyHessian.Value(network, 0), input, columns));
        };

        var medians = Interleaved.Run(
            1, 1, ($"{Repeats} spectra, {Classes} backward passes each", Short), ("full Hessian, 32 columns at a time", Full(32)),
            ("full Hessian, 64 columns at a time", Full(64)), ("full Hessian, 128 columns at a time", Full(128)));
        var ratio = medians.Skip(1).Min() / (medians[0] / Repeats);
        var difference = slow.Take(Classes).Zip(fast, (a, b) => Math.Abs(a - b)).Max() / Math.Abs(fast[0]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"one spectrum is {ratio:0} times as fast as by the best full Hessian (wanted: at least {Wanted}); eigenvalues differ by {difference:0.0e-0} of the largest (allowed: 1e-8): {(ratio >= Wanted && difference <= 1e-8 ? "held" : "MISSED")}"));
        Smooth();
    }

    /// <summary>
    /// Both Hessians of a smooth network, at one image: two convolutions with batch normalisation and GELU, a dense layer of
    /// 100, 784 inputs; by its stages against double backward. The floor of changes one by one: 784 passes forward, which both
    /// functions share, and 784 back for each, of 1.1 million products: 2.6 thousand million. By layers: 25 and 196 changes
    /// forward (windows of 5×5 and 14×14), 110 passes back (dense units and logits), 0.3 thousand million, and the windows'
    /// own products, 0.1 to 0.3 for each function.
    /// </summary>
    private static void Smooth()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        using (var network = new LayeredNetwork(SmoothNetwork, 2018))
        {
            OnnxWriter.Write(path, network.ToOnnx(), SmoothNetwork.InputShape);
        }

        using var model = ModelLoader.Load(new ModelSection(path, null, new InputSection(SmoothNetwork.InputShape, new Bounds(0, 1), [], [])));
        File.Delete(path);
        var stages = model.Stages(CPU, ScalarType.Float64)!;
        var at = LocalGeometry.At(model.Logits, Uniform("input", 784, 0, 1).reshape(1, 1, 28, 28), label: 3, batch: 64);
        var setting = new IndicatorSetting(0.1, 1, 0, false, 1, PiecewiseLinear: false, Seed: 1);
        var before = new Vicinity(at, model.Logits, setting, zeros(1, 784), ones(1, 784), Id: 1, Batch: 64);
        var after = before with { Stages = stages };
        (Tensor, Tensor)? slow = null, fast = null;
        var matrices = Interleaved.Run(1, 1, ("both Hessians by stages", () => Hessians(after, ref fast)), ("both by double backward", () => Hessians(before, ref slow)));
        var difference = Math.Max(Apart(slow!.Value.Item1, fast!.Value.Item1), Apart(slow.Value.Item2, fast.Value.Item2));
        HessianIndicator.Measured[] measured = [];
        Interleaved.Run(1, 1, ("the same with all spectra, by stages", () => Measure(after)), ("by double backward", () => Measure(before)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"both Hessians are {matrices[1] / matrices[0]:0.0} times as fast as by double backward (wanted: at least {WantedOfSmooth}); entries differ by {difference:0.0e-0} of the largest (allowed: 1e-6): {(matrices[1] >= WantedOfSmooth * matrices[0] && difference <= 1e-6 ? "held" : "MISSED")}"));

        void Measure(Vicinity around) => measured = [HessianIndicator.Measure(around)];

        static double Apart(Tensor a, Tensor b) => ((a - b).abs().max() / a.abs().max()).item<double>();
    }

    private static void Hessians(Vicinity around, ref (Tensor, Tensor)? found)
    {
        using var pass = NewDisposeScope();
        var (ce, margin) = HessianIndicator.Full(around);
        found = (ce.DetachFromDisposeScope(), margin.DetachFromDisposeScope());
    }

    private static readonly Architecture SmoothNetwork = new(
        [1, 28, 28],
        [
            new Layer.Conv(16, 5), new Layer.BatchNorm(), new Layer.Gelu(), new Layer.AvgPool(2),
            new Layer.Conv(32, 5), new Layer.BatchNorm(), new Layer.Gelu(), new Layer.AvgPool(2),
            new Layer.Flatten(), new Layer.Linear(100), new Layer.Gelu(), new Layer.Linear(Classes),
        ]);

    private static Func<Tensor, Tensor> Network()
    {
        var (first, second) = (Uniform("first", 16 * 25, -0.2, 0.2).reshape(16, 1, 5, 5), Uniform("second", 32 * 16 * 25, -0.05, 0.05).reshape(32, 16, 5, 5));
        var (third, last) = (Uniform("third", 100 * 512, -0.05, 0.05).reshape(100, 512), Uniform("last", Classes * 100, -0.2, 0.2).reshape(Classes, 100));
        return x =>
        {
            using var scope = NewDisposeScope();
            var one = nn.functional.max_pool2d(nn.functional.conv2d(x, first).relu(), [2, 2]);
            var two = nn.functional.max_pool2d(nn.functional.conv2d(one, second).relu(), [2, 2]);
            return two.flatten(1).mm(third.t()).relu().mm(last.t()).MoveToOuterDisposeScope();
        };
    }

    private static Tensor Uniform(string name, int count, double low, double high)
    {
        var random = CounterRandom.For(1, name);
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            value = low + ((high - low) * random.NextSingle());
        }

        return tensor(values);
    }
}
