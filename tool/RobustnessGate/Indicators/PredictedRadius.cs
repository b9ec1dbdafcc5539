namespace RobustnessGate.Indicators;

/// <summary>
/// How far a sample is predicted to withstand attacks, without one: its bounded linear radius averaged over jittered points, or
/// at the sample itself where there are none; 0 where it is misclassified. A prediction, no bound.
/// </summary>
internal static class PredictedRadius
{
    /// <param name="values">All quantities of one sample.</param>
    public static IEnumerable<(string Name, double? Value)> Of(IReadOnlyDictionary<string, double?> values)
    {
        foreach (var norm in new[] { "", "L2", "L1" })
        {
            var radius = values.TryGetValue($"boundedRadius{norm}{IndicatorCatalog.Averaged}", out var averaged) ? averaged : values[$"boundedRadius{norm}"];
            yield return ($"predictedRadius{norm}", !(values["margin"] > 0) ? 0 : radius is { } r ? Math.Max(0, r) : null);
        }
    }
}
