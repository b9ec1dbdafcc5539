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

    public static IEnumerable<Canary> All => [Saturated(), Quantised(), Random(), Covered(), HardDecision(), WrongSlopes(), Aware(), TwoPrecisions(), OneLogit()];

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

    /// <summary>A second attack at a radius that breaks everything must not cover up what the first one cannot see.</summary>
    private static Canary Covered()
    {
        var quantised = Quantised();
        return quantised with
        {
            Name = "covered-by-noise", Why = "probes that only look where nothing stands",
            Attacks = [quantised.Attacks[0], LinearCanaries.Entry(new Noise(), 1)],
            Verify = measured => Lacks(measured, "RG1106", "RG1118", "RG1120"),
        };
    }

    /// <summary>The decision is a step; the slope beside it leads the other way.</summary>
    private static Canary HardDecision() => Make(
        "hard-decision", "slopes that lead away from the boundary, and a check that does not look at it",
        model => new CanaryNetwork(x =>
        {
            var logits = model.Logits(x);
            var lead = logits - logits.flip(1);
            return (lead.sign() * 10) - (lead * 0.01);
        }),
        [new Pgd(Steps: 10)],
        (measured, model, values, labels) => Lacks(measured, "RG1135", "RG1120"));

    /// <summary>The answers are those of the linear model, the slopes those of its opposite.</summary>
    private static Canary WrongSlopes() => Make(
        "wrong-slopes", "gradients that are not those of the answers",
        model => new CanaryNetwork(x =>
        {
            var logits = model.Logits(x);
            return (logits.detach() * 2) - logits;
        }),
        [new Pgd(Steps: 10)],
        (measured, model, values, labels) => Lacks(measured, "RG1135", "RG1120"));

    /// <summary>Alone, as in deployment, an input gets another answer than in the evaluation's batches.</summary>
    private static Canary Aware() => Make(
        "evaluation-aware", "a model that behaves while it is evaluated",
        model => new CanaryNetwork(x => x.shape[0] <= 2 ? model.Logits(x, scale: -1) : model.Logits(x)),
        [new Pgd(Steps: 10)],
        (measured, model, values, labels) => Lacks(measured, "RG1134", "RG1120"));

    /// <summary>In float64, in which verdicts are taken, nothing that a search finds is ever wrong.</summary>
    private static Canary TwoPrecisions() => Make(
        "two-precisions", "a verdict that sees another model than the search did",
        model => new CanaryNetwork(x =>
        {
            var logits = model.Logits(x);
            var outside = x.le(0).logical_or(x.ge(1)).flatten(1).sum(1).gt(3).to(x.dtype).unsqueeze(1);
            return x.dtype == ScalarType.Float64 ? logits * (1 - (2 * outside)) : logits;
        }),
        [new Pgd(Steps: 5, StepSize: Epsilon, RandomStart: false)],
        (measured, model, values, labels) => Lacks(measured, "RG1136", "RG1120") ?? Count(measured, "pgd", 0, 1));

    /// <summary>A network with one logit: each of its two classes needs a gradient, and jsma one of each sign.</summary>
    private static Canary OneLogit() => Make(
        "one-logit", "a class without a gradient, for which attacks never move",
        model => new CanaryNetwork(x =>
        {
            var logits = model.Logits(x);
            return logits.narrow(1, 1, 1) - logits.narrow(1, 0, 1);
        }),
        [new Jsma(Gamma: 1), new Pgd(Steps: 10)],
        (measured, model, values, labels) => measured.Findings.Any(finding => finding.Code == "RG1137")
            ? "an attack never moved" : Count(measured, "pgd", 0, 1));

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
