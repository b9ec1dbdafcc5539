using System.Collections.Immutable;

namespace RobustnessGate.Training;

/// <summary>
/// What a small feed-forward classifier consists of: a value, so that it can be compared, built any number of times,
/// and written to ONNX. The last layer gives the logits.
/// </summary>
/// <param name="InputShape">Shape of one input, without the batch dimension: (C, H, W) or (D).</param>
internal sealed record Architecture(ImmutableArray<int> InputShape, ImmutableArray<Layer> Layers)
{
    /// <summary>
    /// The MNIST network of this project's experiments: convolutions 16 and 32 (5×5, unpadded) with 2×2 pooling, and
    /// fully connected 100. Yu et al. 2018, Section 8.3, say "two convolutional and two fully connected layers" without
    /// widths; these are ours.
    /// </summary>
    public static readonly Architecture Mnist = new(
        [1, 28, 28],
        [
            new Layer.Conv(16, 5), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Conv(32, 5), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Flatten(), new Layer.Linear(100), new Layer.Relu(), new Layer.Linear(10),
        ]);

    /// <summary>
    /// The CIFAR-10 network of this project's experiments. Yu et al. 2018, Section 8.3: "a regular ConvNet with five
    /// convolutional layers and one global average pooling layer". Widths and strides, which it does not give, are ours;
    /// the fifth convolution has a channel for each class, and their averages are the logits.
    /// </summary>
    public static readonly Architecture Cifar = new(
        [3, 32, 32],
        [
            new Layer.Conv(48, 3, Padding: 1), new Layer.Relu(),
            new Layer.Conv(96, 3, Stride: 2, Padding: 1), new Layer.Relu(),
            new Layer.Conv(96, 3, Padding: 1), new Layer.Relu(),
            new Layer.Conv(192, 3, Stride: 2, Padding: 1), new Layer.Relu(),
            new Layer.Conv(10, 3, Padding: 1), new Layer.GlobalAverage(), new Layer.Flatten(),
        ]);

    /// <summary>The shape of one input of each layer, then the shape of one output of the last.</summary>
    /// <exception cref="ArgumentException">A layer cannot follow the one before it.</exception>
    public IReadOnlyList<ImmutableArray<int>> Shapes() => Layer.Shapes(InputShape, Layers);
}

/// <summary>One layer of an <see cref="Architecture"/>.</summary>
internal abstract record Layer
{
    /// <summary>Shape of one output for the shape of one input, both without the batch dimension.</summary>
    /// <exception cref="ArgumentException">The layer cannot take that shape.</exception>
    public abstract ImmutableArray<int> OutputShape(ImmutableArray<int> input);

    /// <summary>The shape of one input of each of some layers, then the shape of one output of the last.</summary>
    public static IReadOnlyList<ImmutableArray<int>> Shapes(ImmutableArray<int> input, ImmutableArray<Layer> layers)
    {
        var shapes = new List<ImmutableArray<int>> { input };
        foreach (var layer in layers)
        {
            shapes.Add(layer.OutputShape(shapes[^1]));
        }

        return shapes;
    }

    /// <summary>Two-dimensional convolution with a square kernel, stride 1 unless said otherwise, and a bias.</summary>
    public sealed record Conv(int Channels, int Kernel, int Stride = 1, int Padding = 0, int Groups = 1) : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) =>
            input[0] % Groups != 0 || Channels % Groups != 0 ? throw Unfit(input) : [Channels, .. Spatial(input).Select(size => Positive(((size + (2 * Padding) - Kernel) / Stride) + 1, input))];
    }

    /// <summary>Batch normalisation over channels: batch statistics while training, running ones otherwise.</summary>
    public sealed record BatchNorm : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) => input;
    }

    public sealed record Relu : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) => input;
    }

    /// <summary>x·Φ(x).</summary>
    public sealed record Gelu : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) => input;
    }

    /// <summary>x·σ(x).</summary>
    public sealed record Silu : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) => input;
    }

    /// <summary>The sum of two ways from the same input.</summary>
    /// <param name="Shortcut">No layers: the input itself.</param>
    public sealed record Residual(ImmutableArray<Layer> Body, ImmutableArray<Layer> Shortcut) : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input)
        {
            var (body, shortcut) = (Shapes(input, Body)[^1], Shapes(input, Shortcut)[^1]);
            return body.SequenceEqual(shortcut) ? body : throw Unfit(input);
        }
    }

    /// <summary>Mean over non-overlapping squares; a remainder at the border is dropped.</summary>
    public sealed record AvgPool(int Kernel) : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) =>
            [input[0], .. Spatial(input).Select(size => Positive(size / Kernel, input))];
    }

    /// <summary>Maximum over non-overlapping squares; a remainder at the border is dropped.</summary>
    public sealed record MaxPool(int Kernel) : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) =>
            [input[0], .. Spatial(input).Select(size => Positive(size / Kernel, input))];
    }

    /// <summary>Each channel's mean over its whole plane, which keeps one row and one column.</summary>
    public sealed record GlobalAverage : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) =>
            [input[0], .. Spatial(input).Select(_ => 1)];
    }

    /// <summary>All features of an input in one row, in C order.</summary>
    public sealed record Flatten : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) =>
            [input.Aggregate(1, (a, b) => a * b)];
    }

    /// <summary>Fully connected, with a bias.</summary>
    public sealed record Linear(int Features) : Layer
    {
        public override ImmutableArray<int> OutputShape(ImmutableArray<int> input) =>
            input.Length == 1 ? [Features] : throw Unfit(input);
    }

    private protected IEnumerable<int> Spatial(ImmutableArray<int> input) =>
        input.Length == 3 ? input.Skip(1) : throw Unfit(input);

    private protected int Positive(int size, ImmutableArray<int> input) => size > 0 ? size : throw Unfit(input);

    private protected ArgumentException Unfit(ImmutableArray<int> input) =>
        new($"{GetType().Name} cannot take an input of shape ({string.Join(", ", input)})");
}
