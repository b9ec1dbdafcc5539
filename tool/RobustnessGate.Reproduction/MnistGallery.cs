using System.Collections.Immutable;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Surfaces;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Reproduction;

/// <summary>
/// The trained MNIST networks and the first test images, for experiments that only look: surfaces around images and over
/// weights, Jacobians. Nothing is trained.
/// </summary>
internal sealed class MnistGallery : IDisposable
{
    /// <summary>Test images that are loaded, from the first on.</summary>
    public const int Images = 200;

    private const int BatchSize = 64;
    private const long Seed = 2018;

    private static readonly InputSection Input = new([1, 28, 28], new Bounds(0, 1), [], []);

    private readonly Dictionary<string, BatchedModel> _models = [];
    private readonly CancellationToken _cancel;
    private readonly SampleSet _samples;
    private readonly SampleTensors _tensors;
    private readonly string _networks;

    /// <param name="data">Folder with the MNIST files.</param>
    /// <param name="networks">Folder with a network for each row's key.</param>
    /// <exception cref="Diagnostics.MistakeException">RG03xx, RG04xx: data or networks are not there.</exception>
    public MnistGallery(string data, string networks, CancellationToken cancel)
    {
        LibTorch.Load(threads: 1);
        (_networks, _cancel) = (networks, cancel);
        var files = PaperMeasurement.Files(
            Path.Combine(data, "t10k-images-idx3-ubyte.gz"), Path.Combine(data, "t10k-labels-idx1-ubyte.gz"), Images);
        _samples = SampleSet.Load(files, Input, Seed);
        _tensors = new SampleTensors(_samples, Input, CPU);
    }

    public int LabelOf(int image) => _samples.Labels[image];

    /// <summary>Pixels of an image, 0 to 1, in rows.</summary>
    public float[] PixelsOf(int image) => _tensors.Read(image);

    /// <summary>The first images that all of some networks classify rightly.</summary>
    public ImmutableArray<int> Right(int count, params ReadOnlySpan<PaperRow> rows)
    {
        var right = Enumerable.Repeat(true, Images).ToArray();
        foreach (var row in rows)
        {
            var natural = NaturalOutcome.Of(Open(row), _tensors, _ => { }, _cancel);
            right = [.. right.Zip(natural.Right, (before, now) => before && now)];
        }

        return [.. Enumerable.Range(0, Images).Where(image => right[image]).Take(count)];
    }

    /// <summary>A surface around one image.</summary>
    public SurfaceGrid Around(PaperRow row, int image, SurfaceSetting setting)
    {
        using var scope = NewDisposeScope();
        return new InputSurface(Open(row), row.Title).Of(SurfaceSample.Of(_tensors, image), setting, _cancel);
    }

    /// <summary>A surface over a network's weights: means over some images.</summary>
    public SurfaceGrid OverWeights(PaperRow row, IReadOnlyList<int> images, SurfaceSetting setting)
    {
        using var scope = NewDisposeScope();
        using var opened = new OpenedModel(Section(row));
        var network = WeightedNetwork.Of(opened.Classifier, FileOf(row), CPU);
        var labels = tensor(images.Select(image => (long)LabelOf(image)).ToArray());
        return new ParameterSurface(network, row.Title).Of(_tensors.Load([.. images]), labels, setting, BatchSize, _cancel);
    }

    /// <summary>∂L/∂x at one image, in float64.</summary>
    public double[] Jacobian(PaperRow row, int image)
    {
        using var scope = NewDisposeScope();
        var point = _tensors.Load([image]).to(ScalarType.Float64).requires_grad_();
        var label = tensor(new long[] { LabelOf(image) });
        return InputGradient.Of(Margin.Of(Open(row).Classifier.Logits(point), label).sum(), point).data<double>().ToArray();
    }

    /// <summary>Eigenvalues of the Hessian of cross-entropy at one image that can differ from zero, by magnitude.</summary>
    public double[] Eigenvalues(PaperRow row, int image)
    {
        using var scope = NewDisposeScope();
        var (logits, jacobian) = LogitJacobian.At(Open(row).Classifier.Logits, _tensors.Load([image]).to(ScalarType.Float64));
        return CrossEntropyHessian.Eigenvalues(CrossEntropyHessian.Factor(jacobian, logits));
    }

    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Classifier.Dispose();
        }
    }

    private BatchedModel Open(PaperRow row)
    {
        if (!_models.TryGetValue(row.Key, out var model))
        {
            model = new OpenedModel(Section(row)).Batched(_tensors, BatchSize, CPU);
            _models.Add(row.Key, model);
        }

        return model;
    }

    private ModelSection Section(PaperRow row) => new(Path.GetFullPath(FileOf(row)), null, Input);

    private string FileOf(PaperRow row) => Path.Combine(_networks, $"{row.Key}.onnx");
}
