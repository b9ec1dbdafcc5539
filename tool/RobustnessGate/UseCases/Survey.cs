using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Facts;
using RobustnessGate.Kernels;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Surfaces;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.UseCases;

/// <summary>The use case: decision and loss surfaces of one or two models around chosen samples. No tensor leaves it.</summary>
internal static class Survey
{
    /// <summary>Numbers of samples that a caption names one by one.</summary>
    private const int MostNamed = 8;

    /// <summary>A model as it is surveyed.</summary>
    private sealed record Surveyed(string Name, string Path, BatchedModel Model);

    /// <param name="say">Receives what is being done.</param>
    /// <exception cref="MistakeException">Model or data cannot be used, or RG0490: there is no such surface.</exception>
    public static ImmutableArray<SurveyPart> Run(SurveyRequest request, Action<string> say, CancellationToken cancel)
    {
        if (request.Setting.Fault() is { } fault)
        {
            throw Mistake($"{fault}.");
        }

        LibTorch.Load(request.Threads);
        var device = Devices.Choose(request.Device);
        using var candidate = new OpenedModel(request.Model, request.Threads);
        using var compared = request.Compared is { } other
            ? new OpenedModel(other with { Input = candidate.Section.Input }, request.Threads) : null;
        using var scope = NewDisposeScope();
        var samples = candidate.Samples(request.Needed(), request.Setting.Seed);
        var tensors = new SampleTensors(samples, candidate.Section.Input, device);
        Surveyed[] models = [.. new[] { compared, candidate }.OfType<OpenedModel>().Zip(Names(request), Ready)];
        return request.Space == SurfaceSpace.Parameters
            ? [OverWeights(request, models, samples, tensors, device, say, cancel)]
            : [.. Chosen(request, samples, tensors, models, cancel).Select(position => Around(request, models, tensors, position, say, cancel))];

        Surveyed Ready(OpenedModel opened, string name)
        {
            var model = opened.Batched(tensors, request.BatchSize, device);
            if (KernelSelection.Finding() is { } kernels)
            {
                say(kernels.Message);
            }

            samples.RequireClasses((int)model.Logits(tensors.Load([0])).shape[1]);
            if (RandomnessCheck.Acquaint(model, tensors, request.Setting.Seed, new Location(ShownPath.Of(opened.Section.Path), 0, 0)) is { } random)
            {
                say($"{name}: {random.Message}");
            }

            return new(name, opened.Section.Path, model);
        }
    }

    private static SurveyPart Around(
        SurveyRequest request, Surveyed[] models, SampleTensors tensors, int position, Action<string> say, CancellationToken cancel)
    {
        using var part = NewDisposeScope();
        var sample = SurfaceSample.Of(tensors, position);
        var name = FormattableString.Invariant($"sample {sample.Number}");
        say(name);
        return new(
            FormattableString.Invariant($"sample-{sample.Number}"),
            [.. models.Select(model => Laid(model.Name, name, () => new InputSurface(model.Model, model.Name).Of(sample, request.Setting, cancel)))])
        {
            Seed = request.Setting.Seed,
        };
    }

    private static int[] Chosen(SurveyRequest request, SampleSet samples, SampleTensors tensors, Surveyed[] models, CancellationToken cancel)
    {
        if (!request.Samples.IsEmpty)
        {
            return [.. request.Samples.Select(sample => Find(samples, sample))];
        }

        var brokenExamples = NearestSamples.Of(
            models[^1].Model, models.Length > 1 ? models[0].Model : null, tensors, request.Setting.Norm, request.Count, request.Setting.Seed, cancel);
        return brokenExamples.Length > 0 ? brokenExamples : throw Mistake(
            "no sample is classified rightly with a gradient that leads to a boundary, so none can be drawn. Name some with --sample.");
    }

    private static int Find(SampleSet samples, int sample)
    {
        var position = samples.Positions.IndexOf(sample);
        return position >= 0 ? position : throw Mistake(FormattableString.Invariant(
            $"sample {sample} is not among the {samples.Count} that are used, which are numbered from 0 as in {samples.Display}. Name another, or use more samples."));
    }

    private static SurveyPart OverWeights(
        SurveyRequest request, Surveyed[] models, SampleSet samples, SampleTensors tensors, Device device, Action<string> say, CancellationToken cancel)
    {
        int[] positions = request.Samples.IsEmpty
            ? [.. Enumerable.Range(0, samples.Count)] : [.. request.Samples.Select(sample => Find(samples, sample))];
        var inputs = tensors.Load(positions);
        var labels = tensor(positions.Select(i => (long)samples.Labels[i]).ToArray(), device: device);
        var over = Over(request, positions.Length);
        var grids = ImmutableArray.CreateBuilder<SurfaceGrid>();
        foreach (var model in models)
        {
            say($"{model.Name}: weights, means over {over}");
            var network = WeightedNetwork.Of(model.Model.Classifier, model.Path, device) with { Randomised = model.Model.Draws > 1 };
            grids.Add(Laid(model.Name, "the weights", () =>
                new ParameterSurface(network, model.Name).Of(inputs, labels, request.Setting, request.BatchSize, cancel)));
        }

        return new("parameters", grids.ToImmutable()) { Over = over, Seed = request.Setting.Seed };
    }

    /// <summary>"the first 100 samples in use", "all 40 samples in use", "samples 3, 17".</summary>
    private static string Over(SurveyRequest request, int count) =>
        !request.Samples.IsEmpty
            ? count > MostNamed ? FormattableString.Invariant($"the {count} samples that were named") : $"{(count == 1 ? "sample" : "samples")} {string.Join(", ", request.Samples)}"
        : count < request.Needed().Limit
            ? FormattableString.Invariant($"all {count} samples in use")
            : FormattableString.Invariant($"the first {count} samples in use");

    /// <summary>File names tell the two apart, or what they are does where the names are the same.</summary>
    private static string[] Names(SurveyRequest request)
    {
        var name = Path.GetFileName(request.Model.WeightsFile);
        var other = request.Compared is { } compared ? Path.GetFileName(compared.WeightsFile) : null;
        return other is null ? [name] : other == name ? [$"{name} (compared)", $"{name} (candidate)"] : [other, name];
    }

    private static SurfaceGrid Laid(string model, string where, Func<SurfaceGrid> lay)
    {
        try
        {
            return lay();
        }
        catch (NoDirectionException none)
        {
            throw Mistake($"{model}: there is no such plane at {where}: {none.Message}.");
        }
    }

    private static MistakeException Mistake(string message) =>
        new(ExitCode.InvalidInput, new Finding("RG0490", Severity.Error, null, message));
}
