using System.Collections.Immutable;
using RobustnessGate.Evaluation;
using RobustnessGate.Gating;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using static TorchSharp.torch;
using AtomicFile = RobustnessGate.Hosting.AtomicFile;

namespace RobustnessGate.Training.Hardening;

/// <param name="OutputDirectory">Folder for the new model, the report and the checkpoint.</param>
/// <param name="Regime">Name of a regime with its defaults instead of the policy's; null for the policy's.</param>
/// <param name="Epochs">Instead of the policy's; null for those.</param>
/// <param name="Device">Instead of the policy's; null for that.</param>
/// <param name="Seed">Likewise.</param>
public sealed record HardenRequest(
    string PolicyPath, string OutputDirectory, string? Regime, int? Epochs, string? Device, int Threads, long? Seed = null);

/// <param name="Model">Path of the new model.</param>
/// <param name="Report">Path of the before/after table.</param>
/// <param name="Table">The report's text.</param>
public sealed record HardenOutcome(string Model, string Report, string Table);

/// <summary>
/// The use case: trains all weights of the policy's model with a regime, writes the model back in its format, and
/// measures it before and after as <c>check</c> would.
/// </summary>
public static class Harden
{
    private const int SearchSteps = 10;

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
        say($"training: {regime.Name}");
        Resumption? found = null;
        var (file, search) = Train(
            prepared,
            resumption =>
            {
                found = resumption;
                say(resumption.Sentence);
            },
            progress, cancellation);
        AtomicFile.Write(output.Model, file);
        say("measuring the hardened model");
        var after = Evaluate(prepared, policy.Model.WithWeights(output.Model), request, cancellation);

        var table = HardenReport.Render(
            Path.GetFileName(policy.Model.Path), prepared.Section, new(before, after, search, prepared.Shared, found));
        AtomicFile.Write(output.Report, table);
        return new(output.Model, output.Report, table);
    }

    /// <returns>The new model's file, and what training's own search finds on the judged samples before and after.</returns>
    private static (byte[] File, ImmutableArray<SearchFigure> Search) Train(
        Preparation prepared, Action<Resumption> found, Action<EpochReport> progress, CancellationToken cancellation)
    {
        var (policy, device) = (prepared.Policy, prepared.Device);
        var input = policy.Model.Input;
        using var scope = NewDisposeScope();
        using var model = new TrainableModel(policy.Model, device);
        using var source = new TrainableModel(policy.Model, device);
        using var all = prepared.Training.ToTrainingSet(input, device);
        using var data = all.Slice(0, all.Count - prepared.HeldOut);
        using var measured = all.Slice(all.Count - prepared.HeldOut, prepared.HeldOut);
        Trainer.Run(
            new(model, data, prepared.Section.Regime, prepared.Options)
            {
                Source = source,
                Validation = prepared.Radius is { } ε ? new(measured, Search(ε), prepared.Section.Patience) : null,
                CheckpointPath = prepared.Output.Checkpoint,
                Found = found,
            },
            progress, cancellation);
        using var judged = prepared.Judged.ToTrainingSet(input, device);
        return (model.Rewritten(), [.. Radii(policy).Select(Figure)]);

        SearchFigure Figure(double epsilon)
        {
            cancellation.ThrowIfCancellationRequested();
            return new(epsilon, Robust(source, epsilon), Robust(model, epsilon), judged.Count);
        }

        int Robust(ITrainable network, double epsilon) => Accuracy.Robust(network, judged, Search(epsilon), input.Bounds, policy.Seed);
    }

    /// <summary>How training is watched.</summary>
    private static SignAscent Search(double epsilon) => new(epsilon, epsilon / 4, SearchSteps, RandomStart: true);

    private static IEnumerable<double> Radii(Policy policy) => policy.Runs
        .Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => run.Epsilon.Value).Distinct().Order();

    private static Results.Evaluation Evaluate(
        Preparation prepared, ModelSection model, HardenRequest request, CancellationToken cancellation)
    {
        var facts = Results.Evaluation.Empty;
        using var classifier = ModelLoader.Load(model);
        Evaluator.Run(
            prepared.Policy with { Model = model }, classifier, prepared.Judged,
            new EvaluationOptions(Threads: request.Threads, Device: request.Device ?? prepared.Policy.Device),
            fact => facts = facts.With(fact), _ => { }, cancellation);
        return facts;
    }
}
