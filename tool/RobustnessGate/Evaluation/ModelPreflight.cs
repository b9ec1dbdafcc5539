using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>What is found out about a model, and a model and its data together, before anything is measured.</summary>
/// <param name="model">As the policy describes it.</param>
/// <param name="classifier">Opened from it.</param>
internal sealed class ModelPreflight(ModelSection model, Classifier classifier)
{
    /// <summary>Features from which on one input at a time is enough for a double backward pass.</summary>
    private const int LargeInput = 1 << 16;

    private readonly string _display = ShownPath.Of(model.Path);

    /// <summary>Number of logits; 0 before <see cref="Examine"/>.</summary>
    public int Classes { get; private set; }

    public bool PiecewiseLinear { get; private set; }

    /// <summary>Runs the network on some inputs, refuses what is no classifier, and describes it.</summary>
    /// <param name="rows">(n, …shape) in raw input units: real samples where there are any.</param>
    /// <param name="seed">Of the probe for piecewise linearity.</param>
    /// <param name="record">Receives notes on the model.</param>
    /// <exception cref="MistakeException">RG0409 to RG0415: the network is not what an evaluation can work with.</exception>
    public ModelOverview Examine(Tensor rows, long seed, Action<Finding> record)
    {
        var card = classifier.Network.Card;
        var notes = ModelChecks.Refuse(classifier, rows, _display);
        foreach (var note in notes.Concat(card.Notes.Select(text => new Finding("RG0418", Severity.Note, new Location(_display, 0, 0), text))))
        {
            record(note);
        }

        if (classifier.Network.Format is "torchscript" or "assembly")
        {
            record(new Finding("RG0438", Severity.Note, new Location(_display, 0, 0), classifier.Network.Format == "assembly"
                ? "what was judged is code, not data: an assembly runs under this account and can know that it is being measured. Its source needs the review that a model in ONNX does without."
                : "what was judged is code, not data: a script can decide by whatever it computes. Its source needs the review that a model in ONNX does without."));
        }

        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            Classes = (int)classifier.Logits(rows.narrow(0, 0, 1)).shape[1];
        }

        PiecewiseLinear = IsPiecewiseLinear(rows, seed);
        var output = notes.Any(note => note.Code == "RG0417") ? "log-probabilities"
            : (classifier.Network as IOpenedNetwork)?.ProbeOutput is [_, 1, ..] ? "one logit, turned into two" : "logits";
        return new(
            _display, classifier.Network.Format, card.Summary.Length > 0 ? card.Summary : classifier.Network.Format,
            card.Operators, classifier.Network.Parameters, model.Input.Shape,
            model.Input.Bounds is { } bounds ? new Interval(bounds.Low, bounds.High) : null,
            Classes, output, PiecewiseLinear, card.Batching.ToString().ToLowerInvariant(), classifier.Network.SupportsDouble,
            card.NonDifferentiable, card.Notes);
    }

    public static DataOverview Describe(SampleSet samples) => new(
        samples.Display, samples.Count, samples.Labels.Distinct().Count(),
        new Interval(samples.Values.Low, samples.Values.High), samples.Mapped);

    private bool IsPiecewiseLinear(Tensor rows, long seed)
    {
        using var scope = NewDisposeScope();
        var few = rows.narrow(0, 0, Math.Min(model.Input.Size > LargeInput ? 1 : 4, rows.shape[0]));
        var points = classifier.Network.SupportsDouble ? few.to(ScalarType.Float64) : few;
        var range = model.Input.Bounds?.Range ?? 1;
        return Linearity.IsPiecewiseLinear(classifier.Logits, points, Classes, 1e-3 * range, seed);
    }
}
