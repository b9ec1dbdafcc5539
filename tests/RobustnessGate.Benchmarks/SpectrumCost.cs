using System.Globalization;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

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
    }

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
