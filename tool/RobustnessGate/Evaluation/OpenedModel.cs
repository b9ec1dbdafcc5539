using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>A model file that was opened to be measured or drawn: the one way to it, and to the data that fit it.</summary>
internal sealed class OpenedModel : IDisposable
{
    /// <param name="model">An empty input shape takes the file's own, where it tells one.</param>
    /// <param name="threads">Of the tensor library, which is loaded first: opening a model proves kernels, as they will run.</param>
    /// <exception cref="Diagnostics.MistakeException">RG0901: no tensor library; RG04xx: the model cannot be used; RG0914: no way of computing is right.</exception>
    public OpenedModel(ModelSection model, int threads = 1)
    {
        LibTorch.Load(threads);
        Classifier = ModelLoader.Load(model);
        Section = model with { Input = Classifier.Input };
    }

    /// <summary>What was asked for, with the input as it turned out.</summary>
    public ModelSection Section { get; }

    public Classifier Classifier { get; }

    /// <summary>Samples as this model takes them.</summary>
    /// <exception cref="Diagnostics.MistakeException">RG03xx: what is wrong with the data.</exception>
    public SampleSet Samples(DataSection data, long seed) => SampleSet.Load(data, Section.Input, seed);

    /// <summary>The model in batches of one size, proved on its own first samples before anything is computed with it.</summary>
    /// <exception cref="Diagnostics.MistakeException">RG0914: no way of computing is right.</exception>
    public BatchedModel Batched(SampleTensors samples, int batchSize, Device device)
    {
        var model = BatchedModel.ToProve(Classifier, batchSize, device, samples.First);
        model.Prove();
        return model;
    }

    public void Dispose() => Classifier.Dispose();
}
