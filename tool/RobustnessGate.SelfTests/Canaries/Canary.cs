using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.SelfTests.Canaries;

/// <summary>A tiny model whose outcome under attack is known beforehand.</summary>
/// <param name="Name">In kebab case.</param>
/// <param name="Why">What it would show if it came out otherwise.</param>
/// <param name="Network">The model.</param>
/// <param name="Values">Samples in C order.</param>
/// <param name="Labels">True classes.</param>
/// <param name="Shape">Of one sample.</param>
/// <param name="Attacks">What is run on it.</param>
/// <param name="Verify">What is wrong with what was measured; null where nothing is.</param>
internal sealed record Canary(
    string Name, string Why, INetwork Network, float[] Values, int[] Labels, ImmutableArray<int> Shape,
    ImmutableArray<AttackEntry> Attacks, Func<EvaluationFacts, string?> Verify)
{
    /// <param name="replace">Takes the place of each attack: for tests that show that a broken one is noticed.</param>
    /// <param name="cancel">Stops within one batch.</param>
    public CanaryOutcome Run(Func<Attack, Attack> replace, CancellationToken cancel)
    {
        var input = new InputSection(Shape, new Bounds(0, 1), [], []);
        var plan = new EvaluationPlan(
            new ModelSection(Name, null, input), [.. Attacks.Select(entry => entry with { Attack = replace(entry.Attack) })], Name);
        using var classifier = new Classifier(Network, input);
        var measured = Evaluator.Run(
            plan, classifier, SampleSet.FromMemory(Values, Labels, input, [], []), new EvaluationOptions(BatchSize: 32, Device: "cpu"), cancel);
        var wrong = measured.Completed ? Verify(measured) : "the evaluation did not finish";
        return new CanaryOutcome(Name, wrong is null, wrong ?? "as known beforehand", Why);
    }
}

/// <summary>What came of one canary.</summary>
/// <param name="Name">Of the canary.</param>
/// <param name="Passed">Whether everything came out as known beforehand.</param>
/// <param name="Seen">What did not, in words.</param>
/// <param name="Why">What the canary watches over.</param>
internal sealed record CanaryOutcome(string Name, bool Passed, string Seen, string Why);
