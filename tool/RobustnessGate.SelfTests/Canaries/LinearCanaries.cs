using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.SelfTests.Canaries;

/// <summary>Canaries on linear models, which every attack must break exactly where the closed form says.</summary>
internal static class LinearCanaries
{
    private const int Samples = 24;

    public static IEnumerable<Canary> All =>
    [
        Make(
            "fragile", "attacks that cannot break a model of no robustness at all", classes: 2, 0.4, [1, 8, 8],
            [new Fgsm(), new Bim(), new MiFgsm(), new CwLinf(), new Pgd(), new ApgdCe(), new Fmn()]),
        Make(
            "two-classes", "attacks that need a third class, or miss the exact boundary", classes: 2, 0.05, [1, 8, 8],
            [new Fgsm(), new Pgd(Restarts: 2), new ApgdCe(), new ApgdDlr(), new ApgdT(), new FabT(Iterations: 20), new DeepFool(Overshoot: 0)]),
        Make(
            "three-classes", "a targeted loss that needs a fourth class", classes: 3, 0.03, [1, 8, 8],
            [new ApgdT(), new FabT(Iterations: 20), new DeepFool(Overshoot: 0)]),
        Make(
            "four-classes", "a targeted loss that aims at the wrong class", classes: 4, 0.03, [1, 8, 8],
            [new ApgdT(), new FabT(Iterations: 20), new DeepFool(Overshoot: 0)]),
        Make(
            "one-dimension", "attacks that take every input for an image", classes: 2, 0.1, [12],
            [new Pgd(), new ApgdT(), new FabT(Iterations: 20), new Fmn(), new Square(Iterations: 300)]),
        Make(
            "log-softmax-head", "losses that mistake log-probabilities for logits", classes: 4, 0.03, [1, 8, 8],
            [new ApgdT(), new FabT(Iterations: 20)], logits => nn.functional.log_softmax(logits, 1)),
        Make(
            "tiny-logits", "absolute margins of safety, within which a model of small logits is never broken", classes: 2, 0.05, [1, 8, 8],
            [new Bim(Steps: 20), new Pgd(), new ApgdCe(), new ApgdT(), new FabT(Iterations: 20), new DeepFool(Overshoot: 0)], logits => logits * 1e-6),
        Euclidean(),
    ];

    /// <summary>Samples so far from the box's faces that the ball in ℓ2 meets none.</summary>
    private static Canary Euclidean()
    {
        const double Epsilon = 0.1;
        var model = LinearModel.Named("euclidean", classes: 4, features: 64);
        var (values, labels) = Draw("euclidean", model, 0.5f - (float)Epsilon, 0.5f + (float)Epsilon);
        Attack[] attacks = [new Pgd(Loss: Maths.Loss.Margin), new ApgdT(), new FabT(Iterations: 20), new DeepFool(Overshoot: 0), new Fmn(), new Ddn()];
        return new Canary(
            "euclidean", "projections onto a ball that is no box", new CanaryNetwork(x => model.Logits(x)), values, labels, [1, 8, 8],
            [.. attacks.Select(attack => Entry(attack, Epsilon) with { Norm = Norm.L2 })],
            measured => Compare(measured, labels, fact => i => model.IsRobustInBall(Sample(values, i, model), labels[i], fact.Epsilon!.Value), _ => true));
    }

    private static ReadOnlySpan<float> Sample(float[] values, int i, LinearModel model) => values.AsSpan(i * model.Features, model.Features);

    /// <summary>Uniform samples with the labels that the model gives them.</summary>
    public static (float[] Values, int[] Labels) Draw(string name, LinearModel model, float low = 0, float high = 1)
    {
        var values = CanaryNetwork.Numbers($"{name} samples", Samples * model.Features, low, high);
        return (values, [.. Enumerable.Range(0, Samples).Select(i => model.Predict(values.AsSpan(i * model.Features, model.Features)))]);
    }

    /// <summary>What differs from the closed form in ℓ∞ in results of some attacks; null where nothing does.</summary>
    public static string? Compare(
        EvaluationFacts measured, LinearModel model, float[] values, int[] labels, Func<Facts.AttackFact, bool> which) => Compare(
            measured, labels, fact => i => model.IsRobust(Sample(values, i, model), labels[i], fact.Epsilon!.Value), which);

    private static string? Compare(
        EvaluationFacts measured, int[] labels, Func<Facts.AttackFact, Func<int, bool>> withstands, Func<Facts.AttackFact, bool> which)
    {
        foreach (var fact in measured.Attacks.Where(which))
        {
            var expected = Enumerable.Range(0, labels.Length).Select(withstands(fact)).ToArray();
            var (robust, known) = (fact.Bits.Ones, expected.Count(withstands => withstands));
            if (!fact.Bits.SequenceEqual(expected))
            {
                return $"{fact.Name} leaves {robust} of {labels.Length} samples robust, and {known} is known to be right, sample by sample";
            }
        }

        return null;
    }

    private static Canary Make(
        string name, string why, int classes, double epsilon, ImmutableArray<int> shape, ImmutableArray<Attack> attacks,
        Func<Tensor, Tensor>? head = null)
    {
        var model = LinearModel.Named(name, classes, shape.Aggregate(1, (a, b) => a * b));
        var (values, labels) = Draw(name, model);
        var network = new CanaryNetwork(x => head is null ? model.Logits(x) : head(model.Logits(x)));
        return new Canary(
            name, why, network, values, labels, shape, [.. attacks.Select(attack => Entry(attack, epsilon))],
            measured => Compare(measured, model, values, labels, _ => true));
    }

    public static AttackEntry Entry(Attack attack, double epsilon) => new(
        null, attack, attack.Norms.Contains(Norm.Linf) ? Norm.Linf : attack.Norms[0], [Epsilon.Of(epsilon)], new Target.None(), Judge.Any, "attacks[0]");
}
