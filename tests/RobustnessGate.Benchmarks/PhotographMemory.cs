using System.Diagnostics;
using System.Globalization;
using RobustnessGate.Indicators;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// The most memory that the indicators of one photograph of 3×224×224 among 1,000 classes take, on convolutional networks
/// of both kinds: all gradients of the logits together would be 1.2 GB, one Hessian 181 GB.
/// </summary>
internal static class PhotographMemory
{
    private const int Classes = 1000;
    private const double Allowed = 4;

    public static void Run()
    {
        foreach (var (name, activation) in new (string, Func<Tensor, Tensor>)[] { ("ReLU", x => x.relu()), ("GELU", x => nn.functional.gelu(x)) })
        {
            using var scope = NewDisposeScope();
            var network = Network(activation);
            var setting = new IndicatorSetting(8.0 / 255, 1, 1, false, 1, name == "ReLU", 1);
            var input = Uniform("photograph", 3 * 224 * 224, 0, 1).reshape(1, 3, 224, 224);
            var points = cat([input, input + (1e-3 * Uniform("jitter", 3 * 224 * 224, -1, 1).reshape(1, 3, 224, 224))], 0);
            var clock = Stopwatch.StartNew();
            var geometry = LocalGeometry.At(network, points, 7, 1);
            var around = new Vicinity(
                geometry, network, setting, zeros(1, input.numel(), dtype: ScalarType.Float64), ones(1, input.numel(), dtype: ScalarType.Float64), 1, 1);
            var values = IndicatorCatalog.All.SelectMany(indicator => indicator.Measure(around)).Concat(HessianIndicator.Measure(around).Quantities)
                .ToDictionary(quantity => quantity.Name, quantity => quantity.Values[0]);
            using var process = Process.GetCurrentProcess();
            var peak = process.PeakWorkingSet64 / 1e9;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {values.Count} quantities in {clock.Elapsed.TotalSeconds:0} s, linear radius over all classes {values["linearRadius"]:G4}, max |λ| {values["hessianSpectralNorm"]:G4} ± {values["hessianSpectralNormError"]:G2}; peak {peak:0.0} GB, allowed {Allowed}: {(peak <= Allowed ? "held" : "MISSED")}"));
        }
    }

    private static Func<Tensor, Tensor> Network(Func<Tensor, Tensor> activation)
    {
        var (first, second) = (Uniform("first", 32 * 3 * 49, -0.1, 0.1).reshape(32, 3, 7, 7), Uniform("second", 64 * 32 * 9, -0.1, 0.1).reshape(64, 32, 3, 3));
        var last = Uniform("last", Classes * 64 * 49, -0.05, 0.05).reshape(Classes, 64 * 49);
        return x =>
        {
            using var scope = NewDisposeScope();
            var one = activation(nn.functional.conv2d(x, first, strides: [4, 4], padding: [3, 3]));
            var two = activation(nn.functional.conv2d(one, second, strides: [2, 2], padding: [1, 1]));
            return nn.functional.avg_pool2d(two, [4, 4]).flatten(1).mm(last.t()).MoveToOuterDisposeScope();
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
