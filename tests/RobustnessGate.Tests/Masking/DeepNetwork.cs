using RobustnessGate.Models;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Masking;

/// <summary>An honest deep network: convolutions with batch normalisation and a smooth activation, trained here for some seconds.</summary>
internal static class DeepNetwork
{
    private const int Width = 24;

    /// <param name="activation">Between the layers.</param>
    /// <param name="depth">Convolutions.</param>
    /// <param name="epochs">Of training, each over all training samples.</param>
    public static INetwork Trained(Func<nn.Module<Tensor, Tensor>> activation, int depth, int epochs)
    {
        manual_seed(1);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (var layer = 0; layer < depth; layer++)
        {
            layers.Add(($"conv{layer}", nn.Conv2d(layer == 0 ? 1 : Width, Width, 3, padding: 1, stride: layer == depth / 2 ? 2 : 1)));
            layers.Add(($"norm{layer}", nn.BatchNorm2d(Width)));
            layers.Add(($"act{layer}", activation()));
        }

        layers.Add(("flatten", nn.Flatten()));
        layers.Add(("last", nn.Linear(Width * 16, 10)));
        var module = nn.Sequential(layers);
        Train(module, epochs);
        module.eval();
        foreach (var parameter in module.parameters())
        {
            parameter.requires_grad = false;
        }

        return new FunctionNetwork(x => module.forward(x), supportsDouble: false);
    }

    private static void Train(nn.Module<Tensor, Tensor> module, int epochs)
    {
        var samples = QuickStart.Samples(int.MaxValue, "train");
        var size = QuickStart.Input.Size;
        var values = new float[samples.Count * size];
        samples.Read(0, samples.Count, values);
        using var images = tensor(values).reshape(samples.Count, 1, 8, 8);
        using var labels = tensor(samples.Labels.Select(label => (long)label).ToArray());
        using var optimizer = optim.Adam(module.parameters(), 2e-3);
        module.train();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            using var order = randperm(samples.Count);
            for (var start = 0; start + 64 <= samples.Count; start += 64)
            {
                using var scope = NewDisposeScope();
                var rows = order.narrow(0, start, 64);
                optimizer.zero_grad();
                nn.functional.cross_entropy(module.forward(images.index_select(0, rows)), labels.index_select(0, rows)).backward();
                optimizer.step();
            }
        }
    }
}
