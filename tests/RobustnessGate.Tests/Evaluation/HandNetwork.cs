using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>A network with one hidden layer of tanh, once with tensors and once in float64 with gradients by hand.</summary>
internal sealed class HandNetwork(string name, int inputs, int hidden, int classes)
{
    private readonly float[] _first = Networks.Uniform(name + " first", hidden * inputs, -0.8f, 0.8f);
    private readonly float[] _second = Networks.Uniform(name + " second", classes * hidden, -1, 1);

    public FunctionNetwork Network()
    {
        var (w, v) = (tensor(_first).reshape(hidden, inputs), tensor(_second).reshape(classes, hidden));
        return new FunctionNetwork(x => (x.flatten(1) - 0.5).mm(w.to(x.dtype).t()).tanh().mm(v.to(x.dtype).t()));
    }

    public double[] Logits(double[] point)
    {
        var middle = Middle(point);
        return [.. Enumerable.Range(0, classes).Select(k => Enumerable.Range(0, hidden).Sum(h => _second[(k * hidden) + h] * middle[h]))];
    }

    /// <summary>Σ_k slope_k·∂Z_k/∂x.</summary>
    public double[] Gradient(double[] point, double[] slope)
    {
        var middle = Middle(point);
        var gradient = new double[inputs];
        for (var h = 0; h < hidden; h++)
        {
            var back = (1 - (middle[h] * middle[h])) * Enumerable.Range(0, classes).Sum(k => slope[k] * _second[(k * hidden) + h]);
            for (var j = 0; j < inputs; j++)
            {
                gradient[j] += back * _first[(h * inputs) + j];
            }
        }

        return gradient;
    }

    /// <summary>Z_t − max_{i≠t} Z_i and its gradient.</summary>
    public (double Margin, double[] Gradient) Margin(double[] point, int label)
    {
        var logits = Logits(point);
        var rival = Enumerable.Range(0, classes).Where(k => k != label).MaxBy(k => logits[k]);
        var slope = new double[classes];
        (slope[label], slope[rival]) = (1, -1);
        return (logits[label] - logits[rival], Gradient(point, slope));
    }

    private double[] Middle(double[] point) =>
        [.. Enumerable.Range(0, hidden).Select(h => Math.Tanh(Enumerable.Range(0, inputs).Sum(j => _first[(h * inputs) + j] * (point[j] - 0.5))))];
}
