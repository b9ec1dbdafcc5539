using System.Collections.Immutable;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Reproduction;

/// <summary>
/// Measures a network file as <c>check</c> does: read back from disk, by the evaluator, with the attacks of the gate.
/// </summary>
/// <param name="Input">What the model takes.</param>
/// <param name="Data">What it is judged on.</param>
/// <param name="Attacks">Each with its radii.</param>
/// <param name="Indicator">How many samples get the indicator; null for none.</param>
internal sealed record PaperMeasurement(
    InputSection Input, DataSection Data, ImmutableArray<AttackEntry> Attacks, IndicatorSection? Indicator, long Seed)
{
    /// <summary>How many of the data's samples are passed over.</summary>
    public int Start { get; init; }

    /// <param name="model">Path of a model file.</param>
    /// <param name="record">Receives every fact as soon as it is known.</param>
    public EvaluationFacts Run(string model, EvaluationOptions options, Action<Fact> record, CancellationToken cancellation)
    {
        var plan = new EvaluationPlan(new ModelSection(Path.GetFullPath(model), null, Input), Attacks, "") { Seed = Seed, Indicator = Indicator };
        using var opened = new OpenedModel(plan.Model);
        var facts = Evaluator.Run(plan, opened.Classifier, Samples(), options, cancellation, record);
        return facts.Completed ? facts : throw new InvalidOperationException("an evaluation ended without its last fact");
    }

    private SampleSet Samples()
    {
        var all = SampleSet.Load(Data, Input, Seed);
        if (Start == 0)
        {
            return all;
        }

        var values = new float[(all.Count - Start) * all.Features];
        all.Read(Start, all.Count - Start, values);
        return SampleSet.FromMemory(values, all.Labels.AsSpan()[Start..], Input);
    }

    /// <summary>Images and labels as they stand in two files.</summary>
    public static DataSection Files(string images, string labels, int? samples = null) => new(
        Path.GetFullPath(images), Path.GetFullPath(labels), samples, SampleSelection.First, DataScale.Auto, null, null, null);

    /// <summary>An untargeted attack at some radii.</summary>
    public static AttackEntry Attack(Attacks.Attack attack, Norm norm, Judge judge, params double[] radii) =>
        new(null, attack, norm, [.. radii.Select(Epsilon.Of)], new Target.None(), judge, "");
}
