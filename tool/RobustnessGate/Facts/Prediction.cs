using System.Collections.Immutable;
using RobustnessGate.Maths;

namespace RobustnessGate.Facts;

/// <summary>What the indicator predicts in one norm without any attack, and how well that held where attacks ran on the same samples.</summary>
/// <param name="Quantity">The prediction's name in <c>perSample</c>.</param>
/// <param name="Samples">The first samples, over which the curve counts.</param>
/// <param name="Curve">Samples predicted, and found, to withstand a radius; radii ascending.</param>
/// <param name="MeanAbsoluteError">Of the predicted robust accuracy over the radii at which attacks tell it; null where none do.</param>
/// <param name="Held">Against the attacks; empty where none ran in the norm.</param>
/// <param name="BrokenBy">For each untargeted attack result, how well broken samples are told from robust ones.</param>
internal sealed record Prediction(
    string Norm, string Quantity, int Samples, ImmutableArray<CurvePoint> Curve, double? MeanAbsoluteError,
    ImmutableArray<Agreement> Held, ImmutableArray<BrokenBy> BrokenBy)
{
    /// <summary>Predictions with a distance in the same norm, by the norm's suffix in names of quantities.</summary>
    private static readonly string[] Radii = ["predictedRadius", "linearRadius", "cleverRadius"];

    private static readonly (Norm Norm, string Suffix)[] Norms = [(Maths.Norm.Linf, ""), (Maths.Norm.L2, "L2"), (Maths.Norm.L1, "L1")];

    /// <summary>In ℓ∞, and in each other norm in which an attack ran.</summary>
    public static ImmutableArray<Prediction> All(EvaluationFacts evaluation) => evaluation.Indicator is not { } indicator ? [] :
    [
        .. Norms.Where(pair => indicator.PerSample.ContainsKey("predictedRadius" + pair.Suffix))
            .Select(pair => Of(evaluation, indicator, pair.Norm, pair.Suffix, BreakDistances.Of(evaluation, pair.Norm.Name(), indicator.Samples)))
            .Where(prediction => prediction.Norm == Maths.Norm.Linf.Name() || !prediction.Held.IsEmpty),
    ];

    private static Prediction Of(EvaluationFacts evaluation, IndicatorFact indicator, Norm norm, string suffix, BreakDistances? distances)
    {
        var quantity = "predictedRadius" + suffix;
        var predicted = indicator.PerSample[quantity];
        var curve = RadiiOf(predicted, indicator.Right, distances).Select(radius => new CurvePoint(
            radius, predicted.Count(value => value > radius),
            distances is not null && distances.Knows(radius) ? Enumerable.Range(0, indicator.Samples).Count(i => distances.IsRobust(i, radius)) : null)).ToImmutableArray();
        var known = curve.Where(point => point.Attacked is not null).ToArray();
        return new(
            norm.Name(), quantity, indicator.Samples, curve,
            known.Length == 0 ? null : known.Average(point => Math.Abs(point.Predicted - point.Attacked!.Value)) / (double)indicator.Samples,
            distances is null ? [] :
            [
                .. Radii.Select(name => name + suffix).Where(indicator.PerSample.ContainsKey)
                    .Select(name => Agreement.Of(name, indicator, distances)),
            ],
            [
                .. evaluation.Attacks.Where(attack => attack.Norm == norm.Name() && !attack.Targeted && attack.Epsilon is not null)
                    .Where(attack => attack.Bits.Count >= indicator.Samples)
                    .Select(attack => Facts.BrokenBy.Of(attack, indicator, quantity, "linearRadius" + suffix)),
            ]);
    }

    /// <summary>Where attacks ran, and the deciles of the prediction itself.</summary>
    private static IEnumerable<double> RadiiOf(ImmutableArray<double?> predicted, BitString right, BreakDistances? distances)
    {
        var values = predicted.Where((value, i) => right[i] && value > 0).Select(value => value!.Value).Order().ToArray();
        var deciles = values.Length == 0 ? [] : Enumerable.Range(1, 9)
            .Select(i => Rounding.FourDigits(IndicatorSummary.Quantile(values, i / 10.0))).OfType<double>();
        return deciles.Concat(distances?.Radii ?? []).Distinct().Order();
    }
}

/// <param name="Epsilon">The radius.</param>
/// <param name="Predicted">Samples whose predicted radius is greater.</param>
/// <param name="Attacked">Samples that nothing broke at this radius or below; null where nothing looked.</param>
internal readonly record struct CurvePoint(double Epsilon, int Predicted, int? Attacked);

/// <summary>How a predicted distance compares, sample by sample, with those at which attacks broke the rightly classified samples.</summary>
/// <param name="Samples">How many have both; one that nothing broke counts as farther than all others.</param>
/// <param name="Spearman">Rank correlation; null where it cannot be told.</param>
/// <param name="Correlation">
/// The same over the greatest value that equal outcomes allow: attacks at few radii leave many. Null with fewer than
/// <see cref="FewestSamples"/> samples or <see cref="FewestOfAKind"/> whose outcome is not the commonest.
/// </param>
/// <param name="Overestimates">Samples that an attack broke at a smaller distance than predicted.</param>
internal sealed record Agreement(string Quantity, int Samples, double? Spearman, double? Correlation, int Overestimates)
{
    /// <summary>Below this correlation a prediction is no criterion.</summary>
    public const double LeastCorrelation = 0.5;

    public const int FewestSamples = 20;
    public const int FewestOfAKind = 5;

    public static Agreement Of(string quantity, IndicatorFact indicator, BreakDistances distances)
    {
        var values = indicator.PerSample[quantity];
        var pairs = Enumerable.Range(0, indicator.Samples).Where(i => indicator.Right[i] && IsDefined(values[i]))
            .Select(i => (Predicted: values[i]!.Value, Found: distances.Broken[i] ?? double.PositiveInfinity)).ToArray();
        var (predicted, found) = (pairs.Select(pair => pair.Predicted).ToArray(), pairs.Select(pair => pair.Found).ToArray());
        var spearman = RankStatistics.Spearman(predicted, found);
        var enough = pairs.Length >= FewestSamples
            && pairs.Length - found.GroupBy(value => value).Max(group => group.Count()) >= FewestOfAKind;
        return new(
            quantity, pairs.Length, spearman,
            enough && RankStatistics.GreatestSpearman(found) is { } greatest ? (spearman ?? 0) / greatest : null,
            pairs.Count(pair => pair.Predicted > pair.Found));
    }

    /// <summary>Neither absent nor NaN: only such a value can be compared with another.</summary>
    internal static bool IsDefined(double? value) => value is { } number && !double.IsNaN(number);
}

/// <summary>How well a prediction separates the samples that one attack result broke from those that were robust, among the rightly classified.</summary>
/// <param name="Auroc">Of the predicted radius: the chance that a broken sample's is smaller than a robust one's.</param>
/// <param name="AurocLinearRadius">Likewise of the linear radius at the sample itself.</param>
/// <param name="AurocJacobianL1">Likewise of the paper's ‖J‖₁, greater for a broken sample.</param>
internal sealed record BrokenBy(string Attack, int Broken, int Standing, double? Auroc, double? AurocLinearRadius, double? AurocJacobianL1)
{
    public static BrokenBy Of(AttackFact attack, IndicatorFact indicator, string predicted, string linear)
    {
        var right = Enumerable.Range(0, indicator.Samples).Where(i => indicator.Right[i]).ToArray();
        return new(
            attack.Id, right.Count(i => !attack.Bits[i]), right.Count(i => attack.Bits[i]),
            Area(predicted, 1), Area(linear, 1), Area("jacobianL1", -1));

        double? Area(string quantity, int sign)
        {
            if (!indicator.PerSample.TryGetValue(quantity, out var values))
            {
                return null;
            }

            var known = right.Where(i => Agreement.IsDefined(values[i])).ToLookup(i => attack.Bits[i], i => sign * values[i]!.Value);
            return RankStatistics.Auroc([.. known[false]], [.. known[true]]);
        }
    }
}
