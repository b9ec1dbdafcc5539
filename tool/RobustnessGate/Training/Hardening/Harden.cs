using RobustnessGate.Evaluation;
using RobustnessGate.Gating;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Training.Regimes;
using static TorchSharp.torch;
using AtomicFile = RobustnessGate.Hosting.AtomicFile;
using PolicyOverrides = RobustnessGate.Hosting.PolicyOverrides;

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
    private static readonly SignAscent HeldOutSearch = new(Epsilon: 0, StepSize: 0, Steps: 10, RandomStart: true);

    /// <param name="progress">Receives what each epoch came to.</param>
    /// <param name="say">Receives what is being done.</param>
    /// <exception cref="MistakeException">Policy, model or data cannot be worked with, or training diverged.</exception>
    public static HardenOutcome Run(
        HardenRequest request, Action<EpochReport> progress, Action<string> say, CancellationToken cancellation)
    {
        var policy = new PolicyOverrides(Seed: request.Seed).Apply(PolicyReader.Read(request.PolicyPath));
        var section = Section(policy, request);
        var folder = OutputFolder(request.OutputDirectory);
        LibTorch.Load();
        set_num_threads(request.Threads);
        var radius = Radius(policy, section.Regime);
        var regime = section.Regime.Within(radius ?? 0);

        say("measuring the model as it is");
        var before = Evaluate(policy, policy.Model, request, cancellation);
        say($"training: {regime.Name}");
        var file = Path.Combine(folder, Hardened(policy.Model.WeightsFile));
        AtomicFile.Write(file, Train(policy, section, regime, radius, request, folder, progress, cancellation));
        say("measuring the hardened model");
        var after = Evaluate(policy, policy.Model.WithWeights(file), request, cancellation);

        var report = Path.Combine(folder, "harden.md");
        var table = HardenReport.Render(Path.GetFileName(policy.Model.Path), regime, section, before, after);
        AtomicFile.Write(report, table);
        return new(file, report, table);
    }

    private static byte[] Train(
        Policy policy, HardenSection section, Regime regime, double? radius, HardenRequest request, string folder,
        Action<EpochReport> progress, CancellationToken cancellation)
    {
        var device = Devices.Choose(request.Device ?? policy.Device);
        var input = policy.Model.Input;
        using var scope = NewDisposeScope();
        using var model = new TrainableModel(policy.Model, device);
        using var source = new TrainableModel(policy.Model, device);
        using var all = SampleSet.Load(section.Data!, input, policy.Seed).ToTrainingSet(input, device);
        var heldOut = Math.Max(1, Math.Min(section.HeldOut, all.Count / 10));
        if (all.Count <= heldOut)
        {
            throw Mistake(policy, "harden.data", $"{all.Count} training samples are too few: some must be held out to measure on. Give more.");
        }

        using var data = all.Slice(0, all.Count - heldOut);
        using var measured = all.Slice(all.Count - heldOut, heldOut);
        var options = new TrainingOptions(
            section.Epochs, section.BatchSize, section.LearningRate, new Optimizer.Adam(), new Schedule.Cosine(0.1), input.Bounds, policy.Seed);
        Trainer.Run(
            new(model, data, regime, options)
            {
                Source = source,
                Validation = radius is { } ε
                    ? new(measured, HeldOutSearch with { Epsilon = ε, StepSize = ε / 4 }, section.Patience)
                    : null,
                CheckpointPath = Path.Combine(folder, "harden.checkpoint"),
            },
            progress, cancellation);
        return model.Rewritten(policy.Model);
    }

    private static Results.Evaluation Evaluate(
        Policy policy, ModelSection model, HardenRequest request, CancellationToken cancellation)
    {
        var facts = Results.Evaluation.Empty;
        using var classifier = ModelLoader.Load(model);
        Evaluator.Run(
            policy with { Model = model }, classifier, SampleSet.Load(policy.Data, model.Input, policy.Seed),
            new EvaluationOptions(Threads: request.Threads, Device: request.Device ?? policy.Device),
            fact => facts = facts.With(fact), _ => { }, cancellation);
        return facts;
    }

    /// <summary>What the policy and the request say together.</summary>
    private static HardenSection Section(Policy policy, HardenRequest request)
    {
        var section = policy.Harden ?? throw Mistake(
            policy, "harden", "the policy has no 'harden' section, so there is nothing to train on. Add harden: { regime: jacobian, data: { images: …, labels: … } } with the training samples.");
        if (section.Data is null)
        {
            throw Mistake(policy, "harden", "'harden' lacks 'data', the samples to train on. Those under the policy's own 'data' are judged: trained on them, every figure would flatter the model. Name the training set.");
        }

        if (Path.GetFullPath(section.Data.Images) == Path.GetFullPath(policy.Data.Images))
        {
            throw Mistake(policy, "harden.data.images", "these are the samples that the policy judges. Trained on them, every figure would flatter the model. Name the training set.");
        }

        var regime = request.Regime is null
            ? section.Regime
            : RegimeCatalog.All.Single(candidate => candidate.Name == request.Regime);
        return section with { Regime = regime, Epochs = request.Epochs ?? section.Epochs };
    }

    /// <summary>The greatest L∞ radius of the policy's attacks; null for none.</summary>
    private static double? Radius(Policy policy, Regime regime)
    {
        var radii = policy.Runs
            .Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => (double?)run.Epsilon.Value);
        return radii.Max() ?? (regime.Within(1) == regime
            ? null
            : throw Mistake(policy, "harden", $"the regime '{regime.Name}' needs a radius, and the policy has no attack in linf to take it from. Write harden.epsilon."));
    }

    private static MistakeException Mistake(Policy policy, string key, string message) =>
        new(ExitCode.InvalidInput, new Finding("RG0482", Severity.Error, policy.Source.At(key), message));

    private static string Hardened(string model) =>
        $"{Path.GetFileNameWithoutExtension(model)}.hardened{Path.GetExtension(model)}";

    private static string OutputFolder(string path)
    {
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MistakeException(ExitCode.BadCommandLine, new Finding(
                "RG0482", Severity.Error, null, $"the output folder '{path}' cannot be made: {error.Message}"));
        }
    }
}
