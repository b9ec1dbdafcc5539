using RobustnessGate.Gating;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training.Hardening;

/// <summary>
/// A model file as something to train: its weights as the file names them, its preprocessing inside. Batch
/// normalisation keeps the statistics of the file, so that samples do not depend on their batch.
/// </summary>
internal sealed class TrainableModel : ITrainable
{
    private readonly Classifier _classifier;
    private readonly OnnxNetwork _network;

    /// <param name="classifier">Disposed with this.</param>
    /// <exception cref="MistakeException">RG0481: the model has no weights that can be trained.</exception>
    public TrainableModel(Classifier classifier, string display)
    {
        _classifier = classifier;
        _network = classifier.Network as OnnxNetwork ?? throw MistakeException.InFile("RG0481", display,
            $"'harden' does not train models of the format {classifier.Network.Format}. Export the model as ONNX, without folding its weights away.");
        if (_network.Weights.Count == 0)
        {
            throw MistakeException.InFile("RG0481", display,
                "the model has no weights: they are frozen into its graph, so there is nothing to train. Export it with its weights as initialisers.");
        }

        foreach (var (_, value) in _network.Weights)
        {
            value.requires_grad = true;
        }

        Weights = [.. _network.Weights.Select(weight => (weight.Name, (Tensor)weight.Value))];
    }

    public IReadOnlyList<(string Name, Tensor Value)> Weights { get; }

    public IReadOnlyList<(string Name, Tensor Value)> Statistics => [];

    public bool CouplesSamples => false;

    public bool Training { get; set; }

    public Tensor Logits(Tensor x) => _classifier.Logits(x);

    /// <summary>The file with the weights that this now has; every other byte stays.</summary>
    /// <param name="original">The file's bytes.</param>
    public byte[] Rewrite(byte[] original)
    {
        using var scope = NewDisposeScope();
        return OnnxRewriter.WithInitialisers(original, Weights.ToDictionary(weight => weight.Name, weight => weight.Value.detach()));
    }

    public void Dispose() => _classifier.Dispose();
}
