using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>Evaluates networks and samples held in memory, without files or policies.</summary>
internal sealed record Bed(INetwork Network, float[] Values, int[] Labels, int[] Shape)
{
    public Bounds? Bounds { get; init; } = new(0, 1);

    public EvaluationOptions Options { get; init; } = new();

    public int Indicator { get; init; }

    public int Jitter { get; init; } = IndicatorSection.DefaultJitter;

    public bool Clever { get; init; }

    public float[] Lower { get; init; } = [];

    public float[] Upper { get; init; } = [];

    public int Features => Shape.Aggregate(1, (a, b) => a * b);

    public InputSection Input => new([.. Shape], Bounds, [], []);

    public EvaluationFacts Run(params AttackEntry[] attacks)
    {
        var plan = new EvaluationPlan(new ModelSection("model.onnx", null, Input), [.. attacks], "robustness.yml")
        {
            Seed = 7, Indicator = Indicator > 0 ? new IndicatorSection(Indicator) { Jitter = Jitter, Clever = Clever } : null,
        };
        return Evaluator.Run(
            plan, new Classifier(Network, Input), SampleSet.FromMemory(Values, Labels, Input, Lower, Upper), Options, CancellationToken.None);
    }

    public static AttackEntry Entry(
        Attack attack, double epsilon, Norm norm = Norm.Linf, Target? target = null, Judge judge = Judge.Any) =>
        new(null, attack, norm, [Epsilon.Of(epsilon)], target ?? new Target.None(), judge, "attacks[0]");

    /// <summary>Only these samples, in this order.</summary>
    public Bed Pick(IEnumerable<int> samples)
    {
        var chosen = samples.ToArray();
        return this with
        {
            Values = [.. chosen.SelectMany(i => Values.Skip(i * Features).Take(Features))],
            Labels = [.. chosen.Select(i => Labels[i])],
        };
    }
}
