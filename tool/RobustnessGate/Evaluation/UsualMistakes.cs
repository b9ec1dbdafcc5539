using RobustnessGate.Gating;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// Where the network knows few of the clean samples, looks for the usual mistakes between data and network by putting
/// each right for a moment. Nothing is ever applied: a finding says what accuracy would be.
/// </summary>
/// <param name="at">Place of a key of the policy.</param>
internal sealed class UsualMistakes(Classifier classifier, SampleTensors samples, int batchSize, Device device, Func<string, Location?> at)
{
    /// <summary>Clean samples that the experiments use.</summary>
    public const int MostSamples = 256;

    /// <summary>Natural accuracy from which on nothing is looked for.</summary>
    private const double Good = 0.9;

    /// <summary>Share of the samples that a remedy must add to the rightly classified.</summary>
    private const double LeastGain = 0.05;

    /// <summary>Share of the samples by which two remedies may differ without one being the better explanation.</summary>
    private const double AlmostAlike = 0.02;

    /// <summary>Chance, by McNemar's test, below which a remedy's gain is no accident. There are about ten remedies.</summary>
    private const double Unlikely = 1e-3;

    /// <summary>The one mistake whose remedy helps most, or that nothing helps; null where there is nothing to say.</summary>
    public Finding? Find()
    {
        using var scope = NewDisposeScope();
        var rows = samples.Load([.. Enumerable.Range(0, Math.Min(MostSamples, samples.Count))]);
        int[] labels = [.. samples.Labels.Take((int)rows.shape[0])];
        var predictions = Predictions(classifier, rows);
        var right = Right(predictions, labels);
        var count = right.Count(ok => ok);
        if (labels.Length == 0 || count >= Good * labels.Length)
        {
            return null;
        }

        List<(Remedy Remedy, bool[] Right)> trials =
        [
            .. LabelRemedies.Shifts(labels, classifier.Input).Select(trial => (trial.Remedy, Right(predictions, trial.Labels))),
            .. Remedies.For(classifier.Input).Select(remedy => (remedy, Right(Try(remedy, rows), labels))),
            .. LabelRemedies.Renumbering(labels, predictions, classifier.Input).Select(trial => (trial.Remedy, Right(predictions, trial.Labels))),
        ];
        var helpful = trials.Where(trial => Helps(right, trial.Right)).ToList();
        if (helpful.Count > 0)
        {
            // Of remedies that help almost alike, the one that is named first is the likelier explanation.
            var most = helpful.Max(trial => trial.Right.Count(ok => ok));
            var (remedy, after) = helpful.First(trial => trial.Right.Count(ok => ok) >= most - (AlmostAlike * labels.Length));
            return Finding(remedy.Code, remedy.Key,
                $"natural accuracy is {Share(right)} of the first {labels.Length} samples; with {remedy.With} it would be {Share(after)}. {remedy.Advice}");
        }

        var classes = labels.GroupBy(label => label).ToList();
        return classes.Count > 1 && labels.Length >= 10 && count <= classes.Max(group => group.Count())
            ? Finding("RG0426", "model.input",
                $"natural accuracy is {Share(right)} of the first {labels.Length} samples, no more than one class alone makes up: the network knows nothing of these data as it is fed. " +
                "None of the usual mistakes explains it (scale, normalisation, channels, layout, labels). Feed it one sample by hand as in its training, and compare.")
            : null;
    }

    private Finding Finding(string code, string key, string message) => new(code, Severity.Warning, at(key), message);

    private int[] Try(Remedy remedy, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return Predictions(new Classifier(classifier.Network, remedy.Input), remedy.Change(rows).contiguous());
    }

    /// <summary>Class of the greatest logit, −1 where a logit is NaN.</summary>
    private int[] Predictions(Classifier tried, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var logits = new Oracle(tried, batchSize, device).Logits(rows);
        var known = logits.isfinite().all(1);
        return [.. where(known, logits.argmax(1), -ones_like(known, ScalarType.Int64)).cpu().data<long>().Select(value => (int)value)];
    }

    private static bool[] Right(int[] predictions, int[] labels) => [.. predictions.Zip(labels, (prediction, label) => prediction == label)];

    private static bool Helps(bool[] before, bool[] after)
    {
        var gained = before.Zip(after).Count(pair => !pair.First && pair.Second);
        var lost = before.Zip(after).Count(pair => pair.First && !pair.Second);
        return gained - lost >= LeastGain * before.Length && Statistics.McNemar(gained, lost) < Unlikely;
    }

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
        return map.Values.Distinct().Count() == map.Count && map.Any(pair => pair.Key != pair.Value) ? map : null;
    }
}
