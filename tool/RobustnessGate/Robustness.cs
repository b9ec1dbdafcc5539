using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate;

/// <summary>Evaluates a module in memory, without files or policies.</summary>
public static class Robustness
{
    /// <summary>Attacks a classifier and says which samples withstand.</summary>
    /// <param name="model">(N, …) → logits (N, K), K ≥ 2, in evaluation mode and on the CPU; neither changed nor disposed.</param>
    /// <param name="samples">(N, …) float32 in raw input units, within the bounds, on the CPU.</param>
    /// <param name="labels">(N) int64: the true classes.</param>
    /// <param name="attack">Any of <see cref="AttackCatalog"/>, with its parameters.</param>
    /// <param name="epsilon">Radius in raw input units; in ℓ0 a number of features.</param>
    /// <param name="norm">Of the ball; null for the attack's first.</param>
    /// <param name="bounds">Least and greatest valid value of a feature; null for [0, 1].</param>
    /// <param name="seed">Root of all randomness.</param>
    /// <returns>
    /// Facts without a verdict: natural outcome, the attack's outcome sample by sample with its ledger and, of
    /// minimal-norm attacks, distances in raw input units; and findings about how far they can be believed.
    /// </returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, values outside the bounds, or a norm that the attack lacks.</exception>
    /// <exception cref="MistakeException">The outputs are no logits, or a label is no class.</exception>
    public static EvaluationFacts Evaluate(
        nn.Module<Tensor, Tensor> model, Tensor samples, Tensor labels, Attack attack, double epsilon, Norm? norm = null,
        Bounds? bounds = null, long seed = 0)
    {
        var ball = norm ?? attack.Norms[0];
        if (!attack.Norms.Contains(ball) || !(epsilon > 0))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{attack.Name} is not defined in {ball.Name()} at ε = {epsilon}; its norms are {string.Join(", ", attack.Norms.Select(NormNames.Name))}, and ε is greater than 0"));
        }

        var input = new InputSection([.. samples.shape.Skip(1).Select(size => (int)size)], bounds ?? new Bounds(0, 1), [], []);
        var data = SampleSet.FromMemory(
            samples.to(ScalarType.Float32).contiguous().data<float>().ToArray(),
            [.. labels.to(ScalarType.Int64).contiguous().data<long>().Select(label => (int)label)], input, [], []);
        var entry = new AttackEntry(null, attack, ball, [Epsilon.Of(epsilon)], new Target.None(), Judge.Any, "attack");
        var plan = new EvaluationPlan(new ModelSection("model", null, input), [entry], "module") { Seed = seed };
        using var classifier = new Classifier(new BorrowedModule(model), input);
        return Evaluator.Run(plan, classifier, data, new EvaluationOptions(Device: "cpu"), CancellationToken.None);
    }

    /// <summary>A module that belongs to the caller. Its weights are float32, so verdicts are taken in float32 too.</summary>
    private sealed class BorrowedModule(nn.Module<Tensor, Tensor> module) : INetwork
    {
        public string Format => "module";

        public bool SupportsDouble => false;

        public long Parameters => module.parameters().Sum(parameter => parameter.numel());

        public IReadOnlyList<long>? InputShape => null;

        public Tensor Forward(Tensor input) => module.call(input);

        public void Dispose()
        {
        }
    }
}
