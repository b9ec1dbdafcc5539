using RobustnessGate.Maths;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>Any differentiable function of the input as a network.</summary>
internal sealed class FunctionNetwork(Func<Tensor, Tensor> forward, bool supportsDouble = true) : INetwork
{
    public string Format => "test";

    public bool SupportsDouble => supportsDouble;

    public long Parameters => 0;

    public IReadOnlyList<long>? InputShape => null;

    public Tensor Forward(Tensor input) => forward(input);

    public void Dispose()
    {
    }
}

/// <summary>Networks and samples with known answers; all random numbers come from named streams.</summary>
internal static class Networks
{
    public static float[] Uniform(string name, int count, float low = 0, float high = 1)
    {
        var random = CounterRandom.For(1, name);
        return [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextSingle()))];
    }

    /// <summary>Z = Wx + b with W (K, d).</summary>
    public static FunctionNetwork Linear(float[] weights, float[] bias)
    {
        var features = weights.Length / bias.Length;
        var (w, b) = (tensor(weights).reshape(bias.Length, features), tensor(bias));
        return new FunctionNetwork(x => x.flatten(1).mm(w.to(x.dtype).t()) + b.to(x.dtype));
    }

    /// <summary>A small convolutional ReLU network with random weights over (1, 8, 8).</summary>
    public static FunctionNetwork Convolutional(string name)
    {
        var kernel = tensor(Uniform(name + "kernel", 6 * 9, -0.6f, 0.6f)).reshape(6, 1, 3, 3);
        var first = tensor(Uniform(name + "first", 16 * 96, -0.4f, 0.4f)).reshape(16, 96);
        var second = tensor(Uniform(name + "second", 10 * 16, -1.5f, 1.5f)).reshape(10, 16);
        return new FunctionNetwork(x =>
        {
            var hidden = nn.functional.max_pool2d(nn.functional.conv2d(x, kernel.to(x.dtype), padding: [1, 1]).relu(), [2, 2]);
            return hidden.flatten(1).mm(first.to(x.dtype).t()).relu().mm(second.to(x.dtype).t());
        });
    }

    /// <summary>The same samples labelled with what the network says.</summary>
    public static Bed Relabelled(Bed bed)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var input = tensor(bed.Values).reshape([bed.Labels.Length, .. bed.Shape.Select(size => (long)size)]);
        return bed with { Labels = [.. bed.Network.Forward(input).argmax(1).data<long>().ToArray().Select(label => (int)label)] };
    }

    /// <summary>Images of (1, 8, 8) labelled with what the network says, so that all are right.</summary>
    public static Bed Labelled(FunctionNetwork network, string name, int count, params int[] shape)
    {
        var values = Uniform(name, count * shape.Aggregate(1, (a, b) => a * b));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var input = tensor(values).reshape([count, .. shape.Select(size => (long)size)]);
        var labels = network.Forward(input).argmax(1).data<long>().ToArray();
        return new Bed(network, values, [.. labels.Select(label => (int)label)], shape);
    }
}
