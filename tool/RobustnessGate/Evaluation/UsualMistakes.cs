using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// Where the network knows few of the clean samples, looks for the usual mistakes between data and network by putting
/// each right for a moment; mistakes of scale, which a network may half forgive, also where it knows most. Nothing is ever
/// applied: a finding says what accuracy would be.
/// </summary>
/// <param name="largestEpsilon">Greatest ℓ∞ radius of an attack; null where there is none.</param>
/// <param name="at">Place of a key of the policy.</param>
internal sealed class UsualMistakes(Classifier classifier, SampleTensors samples, int batchSize, Device device, double? largestEpsilon, Func<string, Location?> at)
{
    /// <summary>Clean samples that the experiments use.</summary>
    public const int MostSamples = 256;

    /// <summary>Natural accuracy from which on only mistakes of scale are looked for.</summary>
    private const double Good = 0.9;

    /// <summary>Natural accuracy from which on no remedy is looked for.</summary>
    private const double Excellent = 0.99;

    /// <summary>Share of the samples that a remedy must add to the rightly classified.</summary>
    private const double LeastGain = 0.02;

    /// <summary>Share of the samples by which two remedies may differ without one being the better explanation.</summary>
    private const double AlmostAlike = 0.02;

    /// <summary>Chance, by McNemar's test, below which a remedy's gain is no accident. There are about ten remedies.</summary>
    private const double Unlikely = 1e-3;

    /// <summary>Brightest pixel, in levels of an 8-bit image, up to which images are of 0 and 1 rather than dark.</summary>
    private const double DarkLevels = 1.5;

    /// <summary>Width of bounds from which on they may be those of pixels before they were scaled.</summary>
    private const double WideBounds = 10;

    /// <summary>Share of the bounds below which a radius is hardly meant for them.</summary>
    private const double TinyRadius = 0.01;

    /// <summary>The one mistake whose remedy helps most, or that nothing helps; null where there is nothing to say.</summary>
    public Finding? Find()
    {
        using var scope = NewDisposeScope();
        var rows = samples.Load([.. Enumerable.Range(0, Math.Min(MostSamples, samples.Count))]);
        int[] labels = [.. samples.Labels.Take((int)rows.shape[0])];
        var predictions = Predictions(classifier, rows);
        var right = Right(predictions, labels);
        var count = right.Count(ok => ok);
        if (labels.Length == 0)
        {
            return null;
        }

        var poor = count < Good * labels.Length;
        var remedies = poor ? Remedies.For(classifier.Input) : count < Excellent * labels.Length ? Remedies.OfScale(classifier.Input) : [];
        var shifts = poor ? LabelRemedies.Shifts(labels, classifier.Input) : [];
        var renumbering = poor ? LabelRemedies.Renumbering(labels, predictions, classifier.Input) : [];
        List<(Remedy Remedy, bool[] Right)> trials =
        [
            .. shifts.Select(trial => (trial.Remedy, Right(predictions, trial.Labels))),
            .. remedies.Where(remedy => !remedy.IsOfScale || !IsDark(rows)).Select(remedy => (remedy, Right(Try(remedy, rows), labels))),
            .. renumbering.Select(trial => (trial.Remedy, Right(predictions, trial.Labels))),
        ];
        var oneClass = labels.GroupBy(label => label).Max(group => group.Count());
        var helpful = trials.Where(trial => Helps(right, trial.Right) && BeyondChance(trial.Right, oneClass)).ToList();
        if (helpful.Count > 0)
        {
            // Of remedies that help almost alike, the one that is named first is the likelier explanation.
            var most = helpful.Max(trial => trial.Right.Count(ok => ok));
            var (remedy, after) = helpful.First(trial => trial.Right.Count(ok => ok) >= most - (AlmostAlike * labels.Length));
            return Finding(remedy.Code, remedy.Key,
                $"natural accuracy is {Share(right)} of the first {labels.Length} samples; with {remedy.With} it would be {Share(after)}. {remedy.Advice}");
        }

        return poor && oneClass < labels.Length && labels.Length >= 10 && count <= oneClass
            ? Finding("RG0426", "model.input",
                $"natural accuracy is {Share(right)} of the first {labels.Length} samples, no more than one class alone makes up: the network knows nothing of these data as it is fed. " +
                "None of the usual mistakes explains it (scale, normalisation, channels, layout, labels). Feed it one sample by hand as in its training, and compare.")
            : WideForTheRadius(right, labels, rows);
    }

    /// <summary>Bounds of 0..255 for a network of [0, 1] that hardly cares: no attack of its usual radius then moves anything.</summary>
    private Finding? WideForTheRadius(bool[] right, int[] labels, Tensor rows)
    {
        if (largestEpsilon is not { } epsilon
            || classifier.Input is not { Bounds: { Range: > WideBounds } bounds, Scale: 1, Mean.IsEmpty: true, Std.IsEmpty: true, FeatureBounds.IsEmpty: true } input
            || !(epsilon < TinyRadius * bounds.Range))
        {
            return null;
        }

        var remedy = new Remedy(
            "RG0427", "model.input.bounds", FormattableString.Invariant($"inputs divided by {bounds.Range}"),
            "The network may be made for pixels of [0, 1], and the attacks then move almost nothing. If so, set bounds: [0, 1]; else check the unit of ε.",
            input with { Scale = 1 / bounds.Range });
        var after = Right(Try(remedy, rows), labels);
        return after.Count(ok => ok) < right.Count(ok => ok) ? null : Finding(remedy.Code, remedy.Key, FormattableString.Invariant(
            $"the greatest ε is {epsilon}, below 1 % of the bounds [{bounds.Low}, {bounds.High}], and with {remedy.With} natural accuracy would be {Share(after)} of the first {labels.Length} samples, against {Share(right)}. {remedy.Advice}"));
    }

    /// <summary>Images of one level above the lowest at most: RG0350 tells that they were scaled down once too often.</summary>
    private bool IsDark(Tensor rows) =>
        classifier.Input is { Bounds: { Low: 0 } bounds, FeatureBounds.IsEmpty: true } && rows.amax().item<float>() <= DarkLevels * bounds.High / 255;

    private Finding Finding(string code, string key, string message) => new(code, Severity.Warning, at(key), message);

    private int[] Try(Remedy remedy, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return Predictions(new Classifier(classifier.Network, remedy.Input), remedy.Change(rows).contiguous());
    }

    /// <summary>Class of the greatest logit, −1 where a logit is NaN or the greatest is shared.</summary>
    private int[] Predictions(Classifier tried, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var logits = new BatchedModel(tried, batchSize, device).Logits(rows);
        var known = logits.isfinite().all(1) & logits.eq(logits.amax(1).unsqueeze(1)).sum(1).eq(1);
        return [.. where(known, logits.argmax(1), -ones_like(known, ScalarType.Int64)).cpu().data<long>().Select(value => (int)value)];
    }

    private static bool[] Right(int[] predictions, int[] labels) => [.. predictions.Zip(labels, (prediction, label) => prediction >= 0 && prediction == label)];

    private static bool Helps(bool[] before, bool[] after)
    {
        var gained = before.Zip(after).Count(pair => !pair.First && pair.Second);
        var lost = before.Zip(after).Count(pair => pair.First && !pair.Second);
        return gained - lost >= LeastGain * before.Length && Statistics.McNemar(gained, lost) < Unlikely;
    }

    /// <summary>More than the answer of the commonest class alone would give.</summary>
    private static bool BeyondChance(bool[] right, int oneClass) =>
        Statistics.Wilson(right.Count(ok => ok), right.Length).Low > (double)oneClass / right.Length;

    private static string Share(bool[] right) => FormattableString.Invariant($"{100.0 * right.Count(ok => ok) / right.Length:F1} %");
}

/// <summary>Mistakes in the labels alone: the network's answers stay as they are.</summary>
internal static class LabelRemedies
{
    public static IEnumerable<(Remedy Remedy, int[] Labels)> Shifts(int[] labels, InputSection input)
    {
        yield return (new(
            "RG0351", "data.labels", "labels − 1",
            "The labels seem to be counted from 1, or shifted by one in another way. Subtract 1 from every label.", input),
            [.. labels.Select(label => label - 1)]);
        yield return (new(
            "RG0351", "data.labels", "labels + 1",
            "The labels seem to be shifted by one: perhaps the network has a class 0 for the background. Add 1 to every label.", input),
            [.. labels.Select(label => label + 1)]);
    }

    /// <summary>Classes that the network numbers in an order of its own.</summary>
    public static IEnumerable<(Remedy Remedy, int[] Labels)> Renumbering(int[] labels, int[] predictions, InputSection input)
    {
        if (OneToOne(labels, predictions) is { } map)
        {
            var moved = map.Where(pair => pair.Key != pair.Value).OrderBy(pair => pair.Key).Take(4)
                .Select(pair => FormattableString.Invariant($"{pair.Key} → {pair.Value}"));
            yield return (new(
                "RG0434", "data.labels", "classes numbered in another order",
                $"The classes seem to be numbered differently in the data and in the network ({string.Join(", ", moved)}, …). Class folders are numbered in ordinal order of their names, so that '10' comes before '2'; name them so that the order is that of the training, or renumber the labels.",
                input),
                [.. labels.Select(label => map[label])]);
        }
    }

    /// <summary>Each label's most frequent prediction, where these are all different; null where they are not, or change nothing.</summary>
    private static Dictionary<int, int>? OneToOne(int[] labels, int[] predictions)
    {
        var map = labels.Zip(predictions).GroupBy(pair => pair.First).ToDictionary(
            group => group.Key,
            group => group.GroupBy(pair => pair.Second).OrderByDescending(same => same.Count()).ThenBy(same => same.Key).First().Key);
        return !map.ContainsValue(-1) && map.Values.Distinct().Count() == map.Count && map.Any(pair => pair.Key != pair.Value) ? map : null;
    }
}
