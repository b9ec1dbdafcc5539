using RobustnessGate.Facts;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Indicators;

/// <summary>Networks whose geometry is known, and the indicator's values on them.</summary>
internal static class Surroundings
{
    /// <summary>d = 6, GELU and batch normalisation as at inference: smooth, with three classes.</summary>
    public static FunctionNetwork Smooth(double scale = 1, double shift = 0) => Dense("smooth", 12, x => nn.functional.gelu(x), scale, shift);

    /// <summary>The same with ReLU: piecewise linear.</summary>
    public static FunctionNetwork Piecewise(double scale = 1, double shift = 0) => Dense("piecewise", 12, x => nn.functional.relu(x), scale, shift);

    /// <summary>Two dense layers over d = 6 features with 3 logits, times <paramref name="scale"/>, plus <paramref name="shift"/>.</summary>
    private static FunctionNetwork Dense(string name, int width, Func<Tensor, Tensor> activation, double scale, double shift)
    {
        var first = tensor(Networks.Uniform(name + "first", width * 6, -1, 1)).reshape(width, 6);
        var normal = tensor(Networks.Uniform(name + "normal", width, 0.5f, 1.5f));
        var second = tensor(Networks.Uniform(name + "second", 3 * width, -1, 1)).reshape(3, width);
        return new FunctionNetwork(x =>
        {
            var hidden = activation(x.flatten(1).mm(first.to(x.dtype).t()) * normal.to(x.dtype));
            return (hidden.mm(second.to(x.dtype).t()) * scale) + shift;
        });
    }

    public static EvaluationFacts Measure(FunctionNetwork network, int samples = 4, params int[] shape) =>
        (Networks.Labelled(network, "surroundings", samples, shape.Length == 0 ? [6] : shape) with { Indicator = samples }).Run();

    public static double At(this IndicatorFact fact, string name, int sample = 0) =>
        fact.PerSample[name][sample] ?? throw new InvalidOperationException($"{name} is undefined at {sample}");
}
