using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.SelfTests.Canaries;

/// <summary>Canaries that look robust to attacks that do not look closely; the credibility checks must say so.</summary>
internal static class MaskedCanaries
{
    private const double Epsilon = 0.2;

    /// <summary>Values that the quantised canary can tell apart, less one.</summary>
    private const int Levels = 8;

    public static IEnumerable<Canary> All => [Saturated(), Quantised(), Random()];

    /// <summary>Cross-entropy's gradient is 0 in float32; the margin's is not.</summary>
    private static Canary Saturated() => Make(
        "saturated", "cross-entropy that underflows, and a check that does not notice",
        model => new CanaryNetwork(x => model.Logits(x, scale: 1e4)),
        [new Bim(), new Pgd(Loss: Loss.Margin, Steps: 20)],
        (measured, model, values, labels) => LinearCanaries.Compare(measured, model, values, labels, fact => fact.Name == "pgd")
            ?? Lacks(measured, "RG1112"));

    /// <summary>Rounding lets no gradient through. Half a step less than the radius still reaches across the boundary.</summary>
    private static Canary Quantised() => Make(
        "quantised-input", "gradients that are zero, and a check that does not notice",
        model => new CanaryNetwork(x => model.Logits((x * Levels).round() / Levels)),
        [new Pgd(Steps: 10, RandomStart: false), new Square(Iterations: 1000)],
        (measured, model, values, labels) => Lacks(measured, "RG1106", "RG1120")
            ?? Count(measured, "pgd", labels.Length * 3 / 4, labels.Length) ?? Count(measured, "square", 0, labels.Length / 4));

    /// <summary>Every answer has noise in it; the mean of many has next to none.</summary>
    private static Canary Random() => Make(
        "randomised", "single answers of a random model taken for its outcome",
        model => new CanaryNetwork(x => model.Logits(x) + (0.02 * randn_like(model.Logits(x)))),
        [new Pgd(Steps: 10)],
        (measured, model, values, labels) => Lacks(measured, "RG1110") ?? Count(measured, "pgd", 0, 1));

    private static Canary Make(
        string name, string why, Func<LinearModel, CanaryNetwork> network, Attack[] attacks,
        Func<EvaluationFacts, LinearModel, float[], int[], string?> verify)
    {
        var model = LinearModel.Named(name, classes: 2, features: 64);
        var (values, labels) = LinearCanaries.Draw(name, model);
        return new Canary(
            name, why, network(model), values, labels, [1, 8, 8], [.. attacks.Select(attack => LinearCanaries.Entry(attack, Epsilon))],
            measured => verify(measured, model, values, labels));
    }

    private static string? Lacks(EvaluationFacts measured, params string[] codes)
    {
        var missing = codes.Where(code => measured.Findings.All(finding => finding.Code != code)).ToArray();
        return missing.Length == 0 ? null : $"{string.Join(" and ", missing)} was not reported";
    }

    private static string? Count(EvaluationFacts measured, string attack, int least, int most)
    {
        var robust = measured.Attacks.Single(fact => fact.Name == attack).Bits.Ones;
        return robust >= least && robust <= most ? null : $"{attack} leaves {robust} samples robust, not {least} to {most}";
    }
}
