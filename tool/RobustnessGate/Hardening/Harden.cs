using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Policies;
using RobustnessGate.Training;
using static TorchSharp.torch;
using AtomicFile = RobustnessGate.Diagnostics.AtomicFile;

namespace RobustnessGate.Hardening;

/// <summary>What to harden, and what is said instead of the policy.</summary>
/// <param name="PolicyPath">The <c>robustness.yml</c> with a section <c>harden</c>.</param>
/// <param name="OutputDirectory">Folder for the new model, the report and the checkpoint.</param>
/// <param name="Regime">Name of a regime with its defaults instead of the policy's; null for the policy's.</param>
/// <param name="Epochs">Instead of the policy's; null for those.</param>
/// <param name="Device">Instead of the policy's; null for that.</param>
/// <param name="Threads">Of libtorch, at least 1; the trained weights depend on it to the last bit.</param>
/// <param name="Seed">Of the order of samples and of all draws, instead of the policy's; null for that.</param>
internal sealed record HardenRequest(
    string PolicyPath, string OutputDirectory, string? Regime, int? Epochs, string? Device, int Threads, long? Seed = null);

/// <summary>What a hardening has written.</summary>
/// <param name="Model">Absolute path of the new model, or of its weights, in the format in which they came.</param>
/// <param name="Report">Absolute path of the before/after table.</param>
/// <param name="Table">The report's text.</param>
internal sealed record HardenOutcome(string Model, string Report, string Table);

/// <summary>
/// The use case: trains all weights of the policy's model with a regime, writes the model back in its format, and
/// measures it before and after as <c>check</c> would.
/// </summary>
internal static class Harden
{
    /// <param name="progress">Receives what each epoch came to.</param>
    /// <param name="say">Receives what is being done.</param>
    /// <exception cref="MistakeException">
    /// Policy, model or data cannot be worked with, which shows before anything is measured; or training diverged.
    /// </exception>
    public static HardenOutcome Run(
        HardenRequest request, Action<EpochReport> progress, Action<string> say, CancellationToken cancellation)
    {
        var prepared = Preparation.Of(request);
        var (policy, output, regime) = (prepared.Policy, prepared.Output, prepared.Section.Regime);

        say("measuring the model as it is");
        var before = Evaluate(prepared, policy.Model, request, cancellation);
        say(FormattableString.Invariant(
            $"training: {regime.Name} on {prepared.Trained:N0} samples; {prepared.HeldOut:N0} held out{(prepared.Radius is { } ε ? $", attacked within {ε}" : "")}"));
        Resumption? found = null;
        var (end, search) = Train(
            prepared,
            resumption =>
            {
                found = resumption;
                say(resumption.Sentence);
            },
            progress, say, cancellation);
        say("measuring the hardened model");
        var after = Evaluate(prepared, policy.Model.WithWeights(output.Model), request, cancellation);

        var table = HardenReport.Render(
            Path.GetFileName(policy.Model.Path), prepared.Section,
            new(end, prepared.Trained, prepared.HeldOut, policy.Seed), new(before, after, search, prepared.Shared, found));
        AtomicFile.Write(output.Report, table);
        return new(output.Model, output.Report, table);
    }

    /// <summary>
    /// Trains, writes the new model, and measures only then: whatever ends the measurement, the training is not lost.
    /// </summary>
    /// <returns>How far it came, and what training's own search finds on the judged samples before and after.</returns>
    private static (TrainingEnd, ImmutableArray<SearchFigure>) Train(
        Preparation prepared, Action<Resumption> found, Action<EpochReport> progress, Action<string> say, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var model = new TrainableModel(prepared.Policy.Model, prepared.Device);
        using var source = new TrainableModel(prepared.Policy.Model, prepared.Device);
        var end = Train(prepared, model, source, found, progress, cancellation);
        AtomicFile.Write(prepared.Output.Model, model.Rewritten());
        say("the new weights are written; measuring what training's own search finds");
        return (end, SearchMeasurement.Of(prepared, source, model, say, cancellation));
    }

    private static TrainingEnd Train(
        Preparation prepared, TrainableModel model, TrainableModel source, Action<Resumption> found,
        Action<EpochReport> progress, CancellationToken cancellation)
    {
        using var all = prepared.Training.ToTrainingSet(prepared.Policy.Model.Input, prepared.Device);
        using var data = all.Slice(0, all.Count - prepared.HeldOut);
        using var measured = all.Slice(all.Count - prepared.HeldOut, prepared.HeldOut);
        return Trainer.Run(
            new(model, data, prepared.Section.Regime, prepared.Options)
            {
                Source = source,
                Validation = prepared.Radius is { } ε ? new(measured, SearchMeasurement.At(ε), prepared.Section.Patience) : null,
                CheckpointPath = prepared.Output.Checkpoint,
                Found = found,
            },
            progress, cancellation);
    }

    private static EvaluationFacts Evaluate(
        Preparation prepared, ModelSection model, HardenRequest request, CancellationToken cancellation)
    {
        using var opened = new OpenedModel(model, request.Threads);
        return Evaluator.Run(
            EvaluationPlan.Of(prepared.Policy) with { Model = model }, opened.Classifier, prepared.Judged,
            new EvaluationOptions(Threads: request.Threads, Device: request.Device ?? prepared.Policy.Device), cancellation);
    }
}
