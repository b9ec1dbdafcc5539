using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Canaries;

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
    ];

    /// <summary>Uniform samples with the labels that the model gives them.</summary>
    public static (float[] Values, int[] Labels) Draw(string name, LinearModel model)
    {
        var values = CanaryNetwork.Numbers($"{name} samples", Samples * model.Features, 0, 1);
        return (values, [.. Enumerable.Range(0, Samples).Select(i => model.Predict(values.AsSpan(i * model.Features, model.Features)))]);
    }

    /// <summary>What differs from the closed form in results of some attacks; null where nothing does.</summary>
    public static string? Compare(
        Results.Evaluation measured, LinearModel model, float[] values, int[] labels, Func<Results.AttackFact, bool> which)
    {
        foreach (var fact in measured.Attacks.Where(which))
        {
            var expected = labels.Select((label, i) => model.Withstands(
                values.AsSpan(i * model.Features, model.Features), label, fact.Epsilon!.Value)).ToArray();
            var (standing, known) = (fact.Bits.Ones, expected.Count(withstands => withstands));
            if (!fact.Bits.SequenceEqual(expected))
            {
                return $"{fact.Name} leaves {standing} of {labels.Length} samples standing, and {known} is known to be right, sample by sample";
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
        null, attack, Norm.Linf, [Epsilon.Of(epsilon)], new Target.None(), Judge.Any, "attacks[0]");
}
