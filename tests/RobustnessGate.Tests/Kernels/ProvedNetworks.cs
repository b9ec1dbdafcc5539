using RobustnessGate.Kernels;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Tests.Kernels;

/// <summary>Networks over (2, 12, 12) whose gradients are right, ordinary ones and such as make float32 differ from float64.</summary>
internal static class ProvedNetworks
{
    /// <summary>Computes one convolution of a network.</summary>
    public delegate Tensor Convolve(Tensor x, string name, long outputs, long kernel, long padding);

    public static readonly IReadOnlyDictionary<string, Func<Tensor, Convolve, Tensor>> All = new Dictionary<string, Func<Tensor, Convolve, Tensor>>
    {
        ["linear"] = (x, _) => Dense(x.flatten(1), "l", 5),
        ["one hidden layer"] = (x, _) => Dense(Dense(x.flatten(1), "a", 32).relu(), "b", 5),
        ["ten hidden layers"] = (x, _) => Dense(Enumerable.Range(0, 10).Aggregate(x.flatten(1), (h, i) => Dense(h, $"h{i}", 24).relu()), "z", 5),
        ["thirty hidden layers"] = (x, _) => Dense(Enumerable.Range(0, 30).Aggregate(x.flatten(1), (h, i) => Dense(h, $"h{i}", 16).relu()), "z", 5),
        ["tanh"] = (x, _) => Dense(Dense(x.flatten(1), "a", 32).tanh(), "b", 5),
        ["saturated tanh"] = (x, _) => Dense((Dense(x.flatten(1), "a", 32) * 30).tanh(), "b", 5),
        ["logits in a tanh"] = (x, _) => (Dense(Dense(x.flatten(1), "a", 32).relu(), "b", 5) * 20).tanh() * 10,
        ["deep sigmoid"] = (x, _) => Dense(Enumerable.Range(0, 6).Aggregate(x.flatten(1), (h, i) => Dense(h, $"h{i}", 24).sigmoid()), "z", 5),
        ["gelu"] = (x, _) => Dense(F.gelu(Dense(x.flatten(1), "a", 32)), "b", 5),
        ["softplus"] = (x, _) => Dense(F.softplus(Dense(x.flatten(1), "a", 32)), "b", 5),
        ["leaky"] = (x, _) => Dense(F.leaky_relu(Dense(x.flatten(1), "a", 32), 0.1), "b", 5),
        ["maxout"] = (x, _) => Dense(Dense(x.flatten(1), "a", 64).reshape(-1, 32, 2).amax(2), "b", 5),
        ["layer norm"] = (x, _) => Dense(F.layer_norm(Dense(x.flatten(1), "a", 32), [32]).relu(), "b", 5),
        ["root of a sum"] = (x, _) => Dense((Dense(x.flatten(1), "a", 32).square() + 1e-6).sqrt(), "b", 5),
        ["convolution"] = (x, c) => Head(c(x, "a", 7, 3, 1).relu(), "z"),
        ["convolution and maximum"] = (x, c) => Head(F.max_pool2d(c(x, "a", 7, 3, 1).relu(), 2, 2), "z"),
        ["maximum before the rectifier"] = (x, c) => Head(F.max_pool2d(c(x, "a", 7, 3, 1), 2, 2).relu(), "z"),
        ["two convolutions"] = (x, c) => Head(F.max_pool2d(c(F.max_pool2d(c(x, "a", 6, 3, 1).relu(), 2, 2), "b", 12, 3, 0).relu(), 2, 2), "z"),
        ["averages"] = (x, c) => Head(F.avg_pool2d(c(x, "a", 9, 3, 1).relu(), 2, 2), "z"),
        ["overlapping maxima"] = (x, c) => Head(F.max_pool2d(c(x, "a", 8, 5, 2).relu(), [3, 3], [1, 1]), "z"),
        ["global average"] = (x, c) => Dense(c(c(x, "a", 8, 3, 1).relu(), "b", 10, 3, 1).relu().mean([2, 3]), "z", 5),
        ["residual"] = (x, c) => Head(Enumerable.Range(0, 5).Aggregate(c(x, "a", 8, 3, 1), (h, i) => h + c(h.relu(), $"r{i}", 8, 3, 1)), "z"),
        ["batch norm and gelu"] = (x, c) => Head(F.gelu((c(x, "a", 7, 3, 1) - 0.1) * 3), "z"),
        ["large logits"] = (x, c) => Head(c(x, "a", 7, 3, 1).relu(), "z") * 1e4,
        ["tiny logits"] = (x, c) => Head(c(x, "a", 7, 3, 1).relu(), "z") * 1e-6,
        ["cancelling constants"] = (x, c) => Head(c(x, "a", 7, 3, 1).relu() + 300 - 300, "z"),
        ["two equal classes"] = (x, c) => Head(c(x, "a", 7, 3, 1).relu(), "z") is var z ? cat([z, z], 1) : x,
        ["rounded, straight through"] = (x, c) => Head(Rounded(c(x, "a", 7, 3, 1).relu() * 8) / 8, "z"),
        ["steps without a gradient"] = (x, c) => Head(c(x, "a", 7, 3, 1).relu() + (c(x, "b", 7, 3, 1) * 4).round().detach(), "z"),
        ["no gradient at all"] = (x, c) => Head(c(x, "a", 7, 3, 1).sign(), "z"),
        ["zeros"] = (x, _) => x.flatten(1).narrow(1, 0, 5) * 0,
    };

    public static IReadOnlyDictionary<string, Tensor> Samples { get; } = Make();

    /// <summary>Convolves in the library's own way.</summary>
    public static Tensor Right(Tensor x, string name, long outputs, long kernel, long padding) =>
        ConvolutionKernels.Native(x, Weight(x, name, outputs, kernel), Bias(x, name, outputs), Geometry(padding));

    public static Tensor Weight(Tensor x, string name, long outputs, long kernel) =>
        Uniform(name, 1.7 / Math.Sqrt(x.shape[1] * kernel * kernel), outputs, x.shape[1], kernel, kernel).to(x.dtype);

    public static ConvolutionGeometry Geometry(long padding) => new([1, 1], [padding, padding], [1, 1], 1);

    public static Tensor Bias(Tensor x, string name, long outputs) => Uniform(name + " bias", 0.1, outputs).to(x.dtype);

    private static Tensor Rounded(Tensor x) => x + (x.round() - x).detach();

    private static Tensor Head(Tensor x, string name) => Dense(x.flatten(1), name, 5);

    private static Tensor Dense(Tensor x, string name, long outputs)
    {
        var weight = Uniform(name + outputs, 1.7 / Math.Sqrt(x.shape[1]), outputs, x.shape[1]).to(x.dtype);
        return F.linear(x, weight, Uniform(name + " bias", 0.1, outputs).to(x.dtype));
    }

    private static Tensor Uniform(string name, double bound, params long[] shape) =>
        tensor(Networks.Uniform("proved " + name, (int)shape.Aggregate(1L, (a, b) => a * b), (float)-bound, (float)bound)).reshape(shape);

    private static Dictionary<string, Tensor> Make()
    {
        var noise = tensor(Networks.Uniform("proved images", 20 * 288)).reshape(20, 2, 12, 12);
        var drawn = noise.clone();
        // As drawings have them: most pixels are of one value, so that maxima tie.
        drawn.narrow(2, 0, 8).zero_();
        return new()
        {
            ["noise"] = noise, ["drawings"] = drawn, ["black"] = zeros_like(noise), ["white"] = ones_like(noise), ["one"] = noise.narrow(0, 0, 1).clone(),
        };
    }
}
