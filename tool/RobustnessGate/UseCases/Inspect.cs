using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Facts;
using RobustnessGate.Kernels;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Samples;
using static TorchSharp.torch;

namespace RobustnessGate.UseCases;

/// <summary>What is to be looked at: a model, with its data or without.</summary>
/// <param name="Model">An empty input shape takes the model file's own.</param>
/// <param name="Data">Null for the model alone.</param>
/// <param name="At">Place of a key of the policy, where there is one.</param>
internal sealed record InspectRequest(ModelSection Model, DataSection? Data, long Seed, Func<string, Location?> At)
{
    /// <summary>Samples whose natural accuracy is measured, unless a policy or an option says otherwise.</summary>
    public const int DefaultSamples = 1000;

    /// <summary>Greatest ℓ∞ radius of an attack; null where none is known.</summary>
    public double? LargestEpsilon { get; init; }

    /// <summary>Where the policy has evaluations run.</summary>
    public string Device { get; init; } = "auto";

    public static InspectRequest Of(Policy policy) => new(policy.Model, policy.Data, policy.Seed, policy.Source.At)
    {
        LargestEpsilon = policy.LargestEpsilon, Device = policy.Device,
    };
}

/// <summary>The use case: says what was understood of a model and its data, and points out the usual mistakes.</summary>
internal static class Inspect
{
    private const int BatchSize = 64;

    /// <exception cref="MistakeException">RG04xx: the model cannot be used. What is wrong with data is among the findings.</exception>
    public static Inspection Run(InspectRequest request, CancellationToken cancel)
    {
        using var opened = new OpenedModel(request.Model);
        using var scope = NewDisposeScope();
        var (model, classifier) = (opened.Section, opened.Classifier);
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var preflight = new ModelPreflight(model, classifier);
        var (samples, exit) = Samples(request, opened, findings);
        var tensors = samples is null ? null : new SampleTensors(samples, model.Input, CPU);
        var rows = tensors?.First(BatchSize)
            ?? BatchRunner.Noise([.. model.Input.Shape.Select(size => (long)size)], model.Input.Bounds);
        ModelProof.Require(classifier, rows, BatchSize);
        findings.AddRange(new[] { KernelSelection.Finding() }.OfType<Finding>());
        var overview = new Overview(preflight.Examine(rows, request.Seed, findings.Add), null, null);
        if (samples is null)
        {
            return new(overview, findings.ToImmutable()) { ExitCode = exit };
        }

        findings.AddRange(samples.Notices);
        overview = overview with { Data = ModelPreflight.Describe(samples) };
        try
        {
            samples.RequireClasses(preflight.Classes);
        }
        catch (MistakeException mistake)
        {
            return new(overview, [.. findings, .. mistake.Findings]) { ExitCode = mistake.ExitCode };
        }

        var natural = NaturalOutcome.Of(new BatchedModel(classifier, BatchSize, CPU), tensors!, _ => { }, cancel);
        overview = overview with { Natural = new(natural.Right.Count(right => right), samples.Count) };
        int[] labels = [.. samples.Labels.Take((int)rows.shape[0])];
        findings.AddRange(new[]
        {
            samples.FewerClasses(preflight.Classes),
            GradientCheck.Examine(classifier, rows, labels, request.At("model.path"))?.Finding,
            new UsualMistakes(classifier, tensors!, BatchSize, CPU, request.LargestEpsilon, request.At).Find(),
        }.OfType<Finding>());
        return new(overview, findings.ToImmutable());
    }

    /// <summary>The data, where there are any; what is wrong with them is told beside what is found of the model.</summary>
    private static (SampleSet? Samples, ExitCode Exit) Samples(InspectRequest request, OpenedModel opened, ImmutableArray<Finding>.Builder findings)
    {
        try
        {
            return (request.Data is { } data ? opened.Samples(data, request.Seed) : null, ExitCode.Passed);
        }
        catch (MistakeException mistake)
        {
            findings.AddRange(mistake.Findings);
            return (null, mistake.ExitCode);
        }
    }
}
