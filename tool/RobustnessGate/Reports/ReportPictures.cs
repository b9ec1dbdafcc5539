using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Drawing;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The pictures that follow from stored results alone: accuracy against ε, distributions, Jacobians.</summary>
internal static class ReportPictures
{
    private const string Accuracy = "robust-accuracy.svg", Distributions = "distributions.svg", Jacobians = "jacobians.svg";

    private const int MostJacobians = 4;

    /// <summary>Names of all files that there can be.</summary>
    public static readonly ImmutableArray<string> Files = [Accuracy, Distributions, Jacobians];

    /// <summary>Those for which there is something to draw.</summary>
    public static ImmutableArray<ReportPicture> Of(ResultsDocument results) =>
    [
        .. new Func<ResultsDocument, ReportPicture?>[] { AccuracyOf, DistributionsOf, JacobiansOf }
            .Select(draw => ReportPicture.Drawn(() => draw(results))).OfType<ReportPicture>(),
    ];

    private static ReportPicture? AccuracyOf(ResultsDocument results)
    {
        var lines = Comparison.Lines(results);
        var natural = lines.FirstOrDefault(line => line.Kind == "natural");
        var panels = lines.Where(line => line is { Kind: "worst case", Epsilon: > 0, Bits.Count: > 0 })
            .GroupBy(line => line.Norm).Select(norm => Panel(results, norm.Key, natural, [.. norm])).ToArray();
        var sentences = new[]
        {
            $"Of {Words.Count(natural?.Bits.Count ?? 0)} samples, those that withstood every attack at a radius up to ε, with the 95 % band; signs are single attacks, side by side where they would cover each other.",
            Missing(results, lines, drawn: panels.Any(panel => panel.Curves.Length > 1)),
        };
        return panels.Length == 0 ? null : Picture(
            PictureSection.Attacks, Accuracy, "Robust accuracy against ε", string.Join(' ', sentences.OfType<string>()),
            (title, caption) => AccuracyFigure.Draw(title, caption, panels, 2));
    }

    /// <summary>What is not drawn of the baseline, and why; null where all of it is, or where nothing asks for one.</summary>
    private static string? Missing(ResultsDocument results, ImmutableArray<CountLine> lines, bool drawn) =>
        PicturedBaseline.Refusal(results) is { } refusal ? refusal
        : results.Baseline is null ? null
        : !drawn ? "Nothing of the baseline is comparable, so none is drawn."
        : lines.Any(line => line is { Kind: "worst case", Epsilon: > 0, Pinned: null }) ? "Of the baseline, what is comparable is drawn." : null;

    private static AccuracyPanel Panel(ResultsDocument results, string norm, CountLine? natural, ImmutableArray<CountLine> worst)
    {
        // At ε = 0 nothing is attacked, and all that counts is whether the sample itself is right.
        CountLine[] all = [.. new[] { natural is null ? null : natural with { Epsilon = 0 } }.OfType<CountLine>(), .. worst.OrderBy(line => line.Epsilon)];
        var prediction = results.Indicator?.Prediction?.FirstOrDefault(prediction => prediction.Norm == norm && prediction.Samples > 0);
        AccuracyCurve now = new(
            "now", [.. all.Select(line => At(line.Epsilon!.Value, line.Bits))],
            [.. Marks(results, norm, attack => attack.Bits)],
            [.. (prediction?.Curve ?? []).Where(point => point.Epsilon > 0).Select(point => new AccuracyPoint(point.Epsilon, (double)point.Predicted / prediction!.Samples, 0, 0))])
        {
            PredictedName = prediction is null || prediction.Samples == results.Data?.Samples ? "predicted without attacks"
                : $"predicted without attacks, of the indicator's {Words.Samples(prediction.Samples)}",
        };
        CountLine[] pinned = PicturedBaseline.Refusal(results) is null ? [.. all.Where(line => line.Pinned is not null)] : [];
        var pins = Comparison.Lines(results).Where(line => line is { Kind: "attack", Pinned: not null }).ToDictionary(line => line.Id, line => line.Pinned);
        return new(
            Norm(norm), "ε (raw input units)",
            // Natural accuracy alone is no curve over ε.
            !pinned.Any(line => line.Epsilon > 0) ? [now] :
            [
                now,
                new("baseline", [.. pinned.Select(line => At(line.Epsilon!.Value, line.Pinned!))], [.. Marks(results, norm, attack => pins.GetValueOrDefault(attack.Id))], []),
            ]);
    }

    private static IEnumerable<AttackMark> Marks(ResultsDocument results, string norm, Func<AttackResult, BitString?> bits)
    {
        foreach (var attack in results.Attacks.Where(attack => attack is { Targeted: false, Epsilon: > 0 } && attack.Norm == norm))
        {
            if (bits(attack) is { Count: > 0 } outcome)
            {
                yield return new(attack.Name, attack.Epsilon!.Value, (double)outcome.Ones / outcome.Count);
            }
        }
    }

    private static AccuracyPoint At(double epsilon, BitString bits)
    {
        var interval = Statistics.Wilson(bits.Ones, bits.Count);
        return new(epsilon, (double)bits.Ones / bits.Count, interval.Low, interval.High);
    }

    private static ReportPicture? DistributionsOf(ResultsDocument results)
    {
        HistogramPanel[] panels =
        [
            .. (results.Indicator?.Context?.Distributions ?? []).Where(distribution => distribution.Step > 0 && !distribution.Counts.IsEmpty)
                .Select(distribution => new HistogramPanel(
                    Named(distribution.Name), distribution.Name == "jacobian" ? "|∂L/∂x| (logits per input unit)" : "|λ|",
                    distribution.From, distribution.Step, [new("now", distribution.Zeros, distribution.Counts)])),
        ];
        return panels.Length == 0 ? null : Picture(
            PictureSection.Indicator, Distributions, "Distributions of the indicator",
            $"Magnitudes over the rightly classified of the indicator's {Words.Samples(results.Indicator!.Samples)}; 0 stands for zero and what is below the first bin.",
            (title, caption) => HistogramFigure.Draw(title, caption, panels, 2));
    }

    private static ReportPicture? JacobiansOf(ResultsDocument results)
    {
        JacobianImage[] images =
        [
            .. (results.Indicator?.Context?.Images ?? [])
                .Where(image => ImageShape.Is(image.Shape) && image.Shape.Aggregate(1L, (size, side) => size * side) == image.Pixels.Length)
                .Take(MostJacobians),
        ];
        return images.Length == 0 ? null : Picture(
            PictureSection.Indicator, Jacobians, "Jacobians ∂L/∂x of some samples", "Each from its least entry (black) to its greatest (white), as in Figs. 8, 10 and 15 of the paper.",
            (title, caption) => PixelFigure.Draw(
                title, caption, [.. images.Select(image => string.Create(CultureInfo.InvariantCulture, $"sample {image.Sample}\n{Digits.Short(image.Low)} … {Digits.Short(image.High)}"))],
                [new(["this model"], [.. images.Select(image => Drawing.Pixels.Of(image.Shape, image.Pixels))])]));
    }

    private static ReportPicture Picture(PictureSection section, string file, string title, string caption, Func<string, string, string> draw) =>
        new(section, file, $"{title}. {caption}", draw(title, caption));

    private static string Named(string distribution) => distribution switch
    {
        "jacobian" => "entries of the Jacobian of L",
        "hessian" => "eigenvalues of the Hessian of cross-entropy",
        "hessianFloat32" => "the same eigenvalues in float32, as in the paper",
        _ => distribution,
    };

    private static string Norm(string norm) => norm switch { "linf" => "ℓ∞", "l2" => "ℓ2", "l1" => "ℓ1", "l0" => "ℓ0", _ => norm };
}
