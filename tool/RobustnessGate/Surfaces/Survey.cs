using System.Collections.Immutable;
using RobustnessGate.Evaluation;
using RobustnessGate.Gating;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Samples;
using RobustnessGate.Training.Hardening;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>What is to be surveyed.</summary>
/// <param name="Model">The candidate; an empty input shape takes the model file's own.</param>
/// <param name="Compared">What stands beside it, such as the baseline; null for nothing.</param>
/// <param name="Setting">Which planes.</param>
public sealed record SurveyRequest(ModelSection Model, ModelSection? Compared, DataSection Data, SurfaceSetting Setting)
{
    public SurfaceSpace Space { get; init; } = SurfaceSpace.Input;

    /// <summary>
    /// Positions in the data file. In input space each gets a plane of its own; in parameter space values are means over them.
    /// Empty: the most telling, or in parameter space all.
    /// </summary>
    public ImmutableArray<int> Samples { get; init; } = [];

    /// <summary>How many of the most telling samples to take.</summary>
    public int Count { get; init; } = 3;

    public string Device { get; init; } = "auto";

    public int Threads { get; init; } = 1;

    public int BatchSize { get; init; } = 64;
}

/// <summary>Surfaces that belong into one picture: of one sample, or of the weights.</summary>
/// <param name="Name">For files: "sample-17" or "parameters".</param>
/// <param name="Grids">Of what the candidate is compared with, if anything, then of the candidate.</param>
public sealed record SurveyPart(string Name, ImmutableArray<SurfaceGrid> Grids);

/// <summary>The use case: decision and loss surfaces of one or two models around chosen samples. No tensor leaves it.</summary>
public static class Survey
{
    /// <param name="say">Receives what is being done.</param>
    /// <exception cref="MistakeException">Model or data cannot be used, or RG0490: there is no such surface.</exception>
    public static ImmutableArray<SurveyPart> Run(SurveyRequest request, Action<string> say, CancellationToken cancel)
    {
        LibTorch.Load();
        set_num_threads(Math.Min(request.Threads, Environment.ProcessorCount));
        var device = Devices.Choose(request.Device);
        using var scope = NewDisposeScope();
        using var candidate = ModelLoader.Load(request.Model);
        using var compared = request.Compared is { } other ? ModelLoader.Load(other with { Input = candidate.Input }) : null;
        var input = candidate.Input;
        var samples = SampleSet.Load(request.Data, input, request.Setting.Seed);
        var tensors = new SampleTensors(samples, input, device);
        Oracle[] oracles = [.. new[] { compared, candidate }.OfType<Classifier>().Select(model => new Oracle(model, request.BatchSize, device))];
        foreach (var oracle in oracles)
        {
            samples.RequireClasses((int)oracle.Logits(tensors.Load([0])).shape[1]);
        }

        string[] names = Names(request);
        return request.Space == SurfaceSpace.Parameters
            ? [new("parameters", OverWeights(request, input, samples, tensors, names, say, cancel))]
            : [.. Chosen(request, samples, tensors, oracles, cancel).Select(position => Around(position))];

        SurveyPart Around(int position)
        {
            var at = samples.Positions[position];
            say(FormattableString.Invariant($"sample {at}"));
            using var part = NewDisposeScope();
            var (low, high) = tensors.Box([position], region: false);
            var sample = new SurfaceSample(
                tensors.Load([position]), low, high, samples.Labels[position], at, tensors.Id(position));
            return new(
                FormattableString.Invariant($"sample-{at}"),
                [.. oracles.Select((oracle, i) => Laid(names[i], FormattableString.Invariant($"sample {at}"), () =>
                    new InputSurface(oracle, names[i]).Of(sample, request.Setting, cancel)))]);
        }
    }

    private static int[] Chosen(SurveyRequest request, SampleSet samples, SampleTensors tensors, Oracle[] oracles, CancellationToken cancel)
    {
        if (!request.Samples.IsEmpty)
        {
            return [.. request.Samples.Select(sample => Find(samples, sample))];
        }

        var telling = TellingSamples.Of(
            oracles[^1], oracles.Length > 1 ? oracles[0] : null, tensors, request.Setting.Norm, request.Count, cancel);
        return telling.Length > 0 ? telling : throw Mistake(
            "no sample is classified rightly with a gradient that leads to a boundary, so none is telling. Name some with --sample.");
    }

    private static int Find(SampleSet samples, int sample)
    {
        var position = samples.Positions.IndexOf(sample);
        return position >= 0 ? position : throw Mistake(FormattableString.Invariant(
            $"sample {sample} is not among the {samples.Count} that are used, which are numbered from 0 as in {samples.Display}. Name another, or use more samples."));
    }

    private static ImmutableArray<SurfaceGrid> OverWeights(
        SurveyRequest request, InputSection input, SampleSet samples, SampleTensors tensors, string[] names, Action<string> say, CancellationToken cancel)
    {
        int[] positions = request.Samples.IsEmpty
            ? [.. Enumerable.Range(0, samples.Count)] : [.. request.Samples.Select(sample => Find(samples, sample))];
        var device = Devices.Choose(request.Device);
        var inputs = tensors.Load(positions);
        var labels = tensor(positions.Select(i => (long)samples.Labels[i]).ToArray(), device: device);
        var grids = ImmutableArray.CreateBuilder<SurfaceGrid>();
        foreach (var (section, name) in new[] { request.Compared, request.Model }.OfType<ModelSection>().Zip(names))
        {
            say(FormattableString.Invariant($"{name}: weights, means over {positions.Length} samples"));
            using var network = new TrainableModel(section with { Input = input }, device, writable: false);
            grids.Add(Laid(name, "the weights", () => new ParameterSurface(network, name).Of(inputs, labels, request.Setting, request.BatchSize, cancel)));
        }

        return grids.ToImmutable();
    }

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
            throw Mistake($"{model}: there is no such plane at {where}: {none.Message}. Choose other directions with --x and --y; 'orthogonal' to a 'cw' or 'random' one seldom fails.");
        }
    }

    private static MistakeException Mistake(string message) =>
        new(ExitCode.InvalidInput, new Finding("RG0490", Severity.Error, null, message));
}
