using System.Globalization;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Surfaces;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// A surface of 101×101 points around an image of (1, 28, 28), with both axes' gradients and boundaries, against bare
/// forward passes of such points, made beforehand, in the same batches. One image again and again would not do: the
/// processor learns the way through it, and is a fifth faster.
/// </summary>
internal static class SurfaceCost
{
    private const int Batch = 64;
    private const double Most = 1.1;

    public static void Run()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var input = new InputSection([1, 28, 28], new Bounds(0, 1), [], []);
        using var classifier = new Classifier(new BenchmarkNetwork(new LayeredNetwork(Architecture.Mnist, 2018)), input);
        var sample = rand([1, 1, 28, 28], generator: generator);
        var label = (int)classifier.Logits(sample).detach().argmax(1).item<long>();
        var surface = new InputSurface(new BatchedModel(classifier, Batch, CPU), "network");
        var here = new SurfaceSample(sample, zeros_like(sample), ones_like(sample), label, 0, 7);
        var setting = new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.Margin, 0.5);
        var count = setting.Resolution * setting.Resolution;
        var plane = (rand([2, 784], generator: generator) - 0.5).sign();
        var steps = linspace(-0.5, 0.5, setting.Resolution);
        var grid = stack([steps.repeat(setting.Resolution), steps.repeat_interleave(setting.Resolution)], 1);
        var points = (sample.flatten(1) + grid.mm(plane)).reshape(count, 1, 28, 28);

        void Bare()
        {
            using var frozen = no_grad();
            for (var start = 0; start < count; start += Batch)
            {
                using var pass = NewDisposeScope();
                classifier.Logits(points.narrow(0, start, Math.Min(Batch, count - start)));
            }
        }

        var medians = Interleaved.Run(
            1, 1, ($"{count} bare forward passes in batches of {Batch}", Bare), ("a surface of 101×101", () => surface.Of(here, setting, default)));
        var ratio = medians[1] / medians[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"surface: {ratio:F3} × its bare forward passes (allowed: {Most}): {(ratio <= Most ? "held" : "MISSED")}"));
    }
}
