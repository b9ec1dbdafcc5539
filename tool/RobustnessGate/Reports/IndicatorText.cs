using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>What reports say about the indicator, in words and by groups of quantities.</summary>
internal static class IndicatorText
{
    private static readonly string[] ScaleFree =
        ["linearRadius", "boundedRadius", "predictedRadius", "clever", "jacobianHoyer", "jacobianParticipationRatio", "jacobianNearZeroRatio", "nonLinearity", "gradient"];

    private static readonly string[] Legacy =
        ["margin", "jacobianL1", "jacobianL2", "jacobianLinf", "jacobianZeroRatio", "hessianL1", "hessianZeroRatio", "equation"];

    private const string Averaged = "Jittered";

    /// <summary>
    /// Quantities by what they are worth, the most useful first, each with its average over jittered points where it has
    /// one. What is undefined everywhere, or zero because the network is piecewise linear, is left out.
    /// </summary>
    public static IEnumerable<(string Title, (string Name, IndicatorSummary Now, IndicatorSummary? Jittered)[] Quantities)> Groups(ResultsDocument results)
    {
        var indicator = results.Indicator!;
        var vanishing = results.Model?.PiecewiseLinear == true;
        var shown = indicator.Summary
            .Where(pair => !pair.Key.EndsWith(Averaged, StringComparison.Ordinal) && pair.Value.Count > 0)
            .Where(pair => !(vanishing && pair.Key.StartsWith("marginHessian", StringComparison.Ordinal)));
        var groups = shown.ToLookup(pair =>
            ScaleFree.Any(start => pair.Key.StartsWith(start, StringComparison.Ordinal)) ? 0
            : pair.Key.StartsWith("marginHessian", StringComparison.Ordinal) ? 1
            : Legacy.Any(start => pair.Key.StartsWith(start, StringComparison.Ordinal)) ? 2 : 1);
        string[] titles =
        [
            "Scale-free: the same however the logits are scaled",
            "Spectra of the Hessians of cross-entropy and of L: they grow with the scale of the logits and vanish where the network is sure",
            "Legacy, as in the paper: these change with the scale of the logits or with the precision, so compare them within one model only",
        ];
        return titles
            .Select((title, i) => (title, groups[i].Select(pair => (pair.Key, pair.Value, indicator.Summary.GetValueOrDefault(pair.Key + Averaged))).ToArray()))
            .Where(group => group.Item2.Length > 0);
    }

    /// <summary>What was measured, and on what kind of network; empty for results without it.</summary>
    public static IEnumerable<string> About(IndicatorResult indicator)
    {
        if (indicator.Context is not { } context)
        {
            yield break;
        }

        yield return $"The network is {context.Kind}.";
        if (context.Kind.StartsWith("piecewise", StringComparison.Ordinal))
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"So the Hessian of L is zero almost everywhere, and that of cross-entropy has rank {context.RankCap} at most, whatever the network withstands.");
        }

        yield return string.Create(CultureInfo.InvariantCulture,
            $"Finite-scale quantities are at ε = {Words.Radius(context.Epsilon)}{(context.Jitter == 0 ? "" : FormattableString.Invariant($"; jittered values are averages over {context.Jitter} points a thousandth of the range away"))}.");
        if (indicator.Summary.TryGetValue("hessianSpectralNormError", out var error) && error.P95 > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Spectra are not known whole: the largest eigenvalue is off by at most {Words.Value(error.P95)} on 95 % of samples (rows named Error), and neither rank nor zeros are told.");
        }

        if (indicator.Summary.TryGetValue("gradientTie", out var ties) && ties.Mean is { } rate)
        {
            yield return $"{Words.Percent(rate)} of the samples lie on a kink, where derivatives at the sample itself are arbitrary.";
        }

        if (indicator.Summary.TryGetValue("equation6Linf", out var holds) && holds.Mean is { } share)
        {
            yield return $"Eq. 6 of the paper holds by its Eq. 9 at {Words.Percent(share)} of the samples: an estimate without remainder, no bound.";
        }
    }

    /// <summary>How well a prediction held, one sentence for each quantity; one that says so where nothing can tell.</summary>
    public static IEnumerable<string> Held(Prediction prediction)
    {
        if (prediction.Held.IsEmpty)
        {
            yield return $"No attack in {prediction.Norm} ran on these samples, so nothing tells how well the prediction holds.";
        }

        foreach (var held in prediction.Held)
        {
            var enough = held.Correlation is not { } correlation
                ? "too few outcomes differ to judge it by"
                : (held.Spearman == correlation ? "" : $"{Words.Value(correlation)} of what equal outcomes allow, ")
                    + (correlation >= Agreement.LeastCorrelation ? "so it may be a criterion" : "so it declines to be a criterion");
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{held.Quantity} against attacks: Spearman {Words.Value(held.Spearman)} over {held.Samples} samples, {enough}; at {held.Overestimates} an attack came closer than it says.");
        }

        if (prediction.MeanAbsoluteError is { } error)
        {
            yield return $"Mean absolute error of the predicted robust accuracy: {Words.Points(error)} points.";
        }
    }
}
