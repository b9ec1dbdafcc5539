using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using RobustnessGate.Drawing;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The newly broken samples with the largest clean margins as a picture: clean, the perturbation magnified, and what the model now sees.</summary>
internal static class BrokenExamplePicture
{
    /// <summary>Its name in the output folder.</summary>
    public const string File = "broken-examples.svg";

    /// <summary>The perturbation's largest entry is to be at least this share of mid-grey's distance to white.</summary>
    private const double Bright = 0.8;

    /// <param name="results">That say whether these samples withstood everything on a baseline.</param>
    /// <returns>Null where there is no such sample.</returns>
    public static ReportPicture? Of(IReadOnlyList<BrokenExampleFact> facts, ResultsDocument results)
    {
        if (facts.Count == 0)
        {
            return null;
        }

        const string title = "Broken images";
        var refusal = PicturedBaseline.Refusal(results);
        var caption = (refusal is null && results.Baseline is not null ? "Withstood every attack on the baseline and are broken now" : "Broken, though the model was surest of them")
            + "; perturbations are magnified around mid-grey, L is the margin of the true class." + (refusal is null ? "" : $" {refusal}");
        var spoken = string.Join("; ", facts.Select(fact => string.Join(", ", Text(fact))));
        return new(PictureSection.BrokenExamples, File, $"{title}. {caption} {spoken}", PixelFigure.Draw(
            title, caption, ["image", "perturbation", "what the model now sees"], [.. facts.Select(Row)]));
    }

    private static PixelRow Row(BrokenExampleFact fact)
    {
        float[] clean = Floats(fact.Clean), point = Floats(fact.Adversarial);
        float[] change = [.. point.Zip(clean, (after, before) => after - before)];
        var (low, high) = fact.Bounds is [var least, var greatest] ? (least, greatest) : ((double)clean.Min(), (double)clean.Max());
        var times = Magnification(change.Max(Math.Abs), high - low);
        return new(
            [.. Text(fact), string.Create(CultureInfo.InvariantCulture, $"perturbation ×{times}")],
            [
                Drawing.Pixels.Of(fact.Shape, clean, low, high),
                Drawing.Pixels.Signed(fact.Shape, change, (high - low) / 2 / times),
                Drawing.Pixels.Of(fact.Shape, point, low, high),
            ]);
    }

    private static ImmutableArray<string> Text(BrokenExampleFact fact) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"sample {fact.Sample}, class {fact.Label}"),
        string.Create(CultureInfo.InvariantCulture, $"{fact.PredictionBefore} → {fact.PredictionAfter}, L {Digits.Short(fact.MarginBefore)} → {Digits.Short(fact.MarginAfter)}"),
        fact.Attack,
    ];

    /// <summary>The least of 1, 2, 5, 10, … that makes the largest entry bright.</summary>
    private static int Magnification(double largest, double range)
    {
        foreach (var times in (ReadOnlySpan<int>)[1, 2, 5, 10, 20, 50, 100, 200, 500])
        {
            if (largest * times >= Bright * range / 2)
            {
                return times;
            }
        }

        return 1000;
    }

    private static float[] Floats(ImmutableArray<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).ToArray();
}
