using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;
using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Hardening;

/// <summary>
/// A model file as something to train: its weights as the file names them, its preprocessing inside. Batch
/// normalisation keeps the statistics of the file, so that samples do not depend on their batch.
/// </summary>
internal sealed class TrainableModel : ITrainable
{
    private readonly ModelSection _model;
    private readonly Classifier _classifier;
    private readonly ITrainableNetwork _network;
    private readonly StageGraph? _stages;

    /// <exception cref="MistakeException">
    /// RG04xx: the model cannot be read; RG0481: it has no weights that can be trained, or no file to write them back to.
    /// </exception>
    public TrainableModel(ModelSection model, Device device)
    {
        _model = model;
        _classifier = ModelLoader.Load(model);
        _network = (ITrainableNetwork)_classifier.Network;
        if (Obstacle(model) is { } obstacle)
        {
            _classifier.Dispose();
            throw Untrainable(obstacle);
        }

        Weights = OpenWeights.Of(_classifier, device);
        // The weights of an ONNX file stay where they are, and its graph takes copies to another device.
        _stages = Weights.All(weight => weight.Value.device_type == device.type) ? _classifier.Stages(device) : null;
        Origin = TrainableOrigins.Of(_classifier, model.Gradients, device);
    }

    public IReadOnlyList<(string Name, Tensor Value)> Weights { get; }

    public IReadOnlyList<(string Name, Tensor Value)> Statistics => [];

    public bool CouplesSamples => false;

    public bool Training { get; set; }

    public bool IsOwnGraph => _network.IsOwnGraph;

    public TrainableOrigin? Origin { get; }

    public Tensor Logits(Tensor x) => _classifier.Logits(x);

    public Linearisation? Linearise(Tensor x) => _stages is null ? null : Linearisation.Of(_stages, x);

    /// <summary>Makes sure that the network's answers are logits.</summary>
    /// <param name="rows">(n, …input): real samples.</param>
    /// <returns>Number of classes.</returns>
    /// <exception cref="MistakeException">RG0409 to RG0414.</exception>
    public int Examine(Tensor rows)
    {
        ModelChecks.Refuse(_classifier, rows, ShownPath.Of(_model.Path));
        using var frozen = no_grad();
        using var logits = _classifier.Logits(rows);
        return (int)logits.shape[1];
    }

    /// <summary>Makes sure that some weight changes some answer.</summary>
    /// <param name="rows">(n, …input): real samples.</param>
    /// <exception cref="MistakeException">RG0481: no gradient leads from the answers to the weights.</exception>
    public void RequireReach(Tensor rows)
    {
        using var scope = NewDisposeScope();
        // Each answer with a weight of its own: where all answers are zero, as in a network of zeros, squares would lead nowhere.
        var logits = _classifier.Logits(rows);
        var total = (logits * arange(1, logits.shape[1] + 1, device: logits.device)).sum();
        if (!total.requires_grad
            || !InputGradient.OfAll(total, [.. Weights.Select(weight => weight.Value)]).Any(gradient => gradient.ne(0).any().item<bool>()))
        {
            throw Untrainable("no gradient leads from its answers to its weights: it rounds, compares or detaches on the way, so training would change nothing. Export the network in the form in which it was trained.");
        }
    }

    /// <summary>The weights file with the weights that this now has; everything else in it stays.</summary>
    /// <exception cref="MistakeException">RG0481: the file does not take them.</exception>
    public byte[] Rewritten()
    {
        try
        {
            return _network.Rewritten(_model)!;
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or UnsupportedException or ExternalException)
        {
            throw Untrainable($"its weights cannot be written back: {error.Message}. Export it again, with its weights as plain initialisers.");
        }
    }

    public void Dispose() => _classifier.Dispose();

    private MistakeException Untrainable(string why) => MistakeException.InFile("RG0481", ShownPath.Of(_model.Path), why);

    private string? Obstacle(ModelSection model) =>
        OpenWeights.Obstacle(_network, "there is nothing to train")
        ?? (_network.Format == "assembly" && model.Weights is null
            ? "there is no model.weights, so there is no file to write the new weights back to. Save the module's weights and name the file."
            : null);
}
