using RobustnessGate.Gating;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using static TorchSharp.torch;

namespace RobustnessGate.Training.Hardening;

/// <summary>
/// A model file as something to train: its weights as the file names them, its preprocessing inside. Batch
/// normalisation keeps the statistics of the file, so that samples do not depend on their batch.
/// </summary>
internal sealed class TrainableModel : ITrainable
{
    private readonly Classifier _classifier;
    private readonly ITrainableNetwork _network;

    /// <exception cref="MistakeException">
    /// RG04xx: the model cannot be read; RG0481: it has no weights that can be trained, or no file to write them back to.
    /// </exception>
    public TrainableModel(ModelSection model, Device device)
    {
        _classifier = ModelLoader.Load(model);
        _network = (ITrainableNetwork)_classifier.Network;
        if (Obstacle(model) is { } obstacle)
        {
            _classifier.Dispose();
            throw MistakeException.InFile("RG0481", ShownPath.Of(model.Path), obstacle);
        }

        // A network moves to where its inputs are; its weights must be there before an optimiser takes them.
        using (no_grad())
        {
            _classifier.Logits(zeros([1, .. model.Input.Shape.Select(size => (long)size)], device: device)).Dispose();
        }

        Weights = _network.Weights;
        foreach (var (_, value) in Weights)
        {
            value.requires_grad = true;
        }
    }

    public IReadOnlyList<(string Name, Tensor Value)> Weights { get; }

    public IReadOnlyList<(string Name, Tensor Value)> Statistics => [];

    public bool CouplesSamples => false;

    public bool Training { get; set; }

    public Tensor Logits(Tensor x) => _classifier.Logits(x);

    /// <summary>The weights file with the weights that this now has; everything else in it stays.</summary>
    public byte[] Rewritten(ModelSection model) => _network.Rewritten(model)!;

    public void Dispose() => _classifier.Dispose();

    private string? Obstacle(ModelSection model) =>
        _network.Weights.Count == 0
            ? "the model has no weights: they are frozen into its graph, so there is nothing to train. " + (_network.Format == "torchscript"
                ? "Give the scripted or traced model as it was before torch.jit.freeze."
                : "Export it with its weights as initialisers.")
        : _network.Format == "assembly" && model.Weights is null
            ? "there is no model.weights, so there is no file to write the new weights back to. Save the module's weights and name the file."
        : null;
}
