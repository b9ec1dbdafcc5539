namespace RobustnessGate.Surfaces;

/// <summary>Where L first reaches zero on the way along an axis.</summary>
internal static class BoundarySearch
{
    /// <summary>Points looked at together: a full batch of those on which verdicts rest costs no more than a single point.</summary>
    private const int Together = 16;

    /// <summary>What is left of the interval with the zero in it, as a share of its distance.</summary>
    private const double Precision = 1e-6;

    /// <summary>Divisions after which a zero is as good as at the origin: by then it is nearer than 1e-19 of the extent.</summary>
    private const int MostDivisions = 16;

    /// <summary>
    /// Looks at the grid's own steps, and at more between them where they are few, and divides the interval before the first
    /// that is not right by 17, again and again, down to a millionth of its distance. A region of wrong points narrower than
    /// what lies between two looks can go unseen.
    /// </summary>
    /// <param name="steps">Distances from the origin, ascending from 0, evenly spaced.</param>
    /// <param name="margins">L at them.</param>
    /// <param name="at">L at any distances.</param>
    /// <param name="looks">Points to be looked at over all the steps, at least.</param>
    /// <returns>Null where L stays positive; 0 where it is not positive at the origin. NaN counts as not positive.</returns>
    public static double? First(IReadOnlyList<double> steps, IReadOnlyList<double> margins, Func<double[], double[]> at, int looks = 0)
    {
        var first = FirstWrong(margins);
        if (first == 0)
        {
            return 0;
        }

        // Beyond the first wrong step nothing matters.
        var (right, wrong) = first < steps.Count ? (steps[first - 1], steps[first]) : (steps[^1], double.PositiveInfinity);
        double[] finer = [.. Between(steps, Math.Min(first, steps.Count - 1), looks)];
        if (finer.Length > 0 && FirstWrong(at(finer)) is var turn && turn < finer.Length)
        {
            wrong = finer[turn];
            right = Math.Max(turn == 0 ? 0 : finer[turn - 1], steps.Last(step => step < wrong));
        }

        if (double.IsInfinity(wrong))
        {
            return null;
        }

        for (var division = 0; division < MostDivisions && wrong - right > Precision * wrong; division++)
        {
            var width = (wrong - right) / (Together + 1);
            double[] between = [.. Enumerable.Range(1, Together).Select(part => right + (part * width))];
            var next = FirstWrong(at(between));
            (right, wrong) = (next == 0 ? right : between[next - 1], next == Together ? wrong : between[next]);
        }

        return wrong;
    }

    /// <summary>Points between the steps, as many in each interval as make up the looks.</summary>
    private static IEnumerable<double> Between(IReadOnlyList<double> steps, int intervals, int looks)
    {
        var parts = (looks + steps.Count - 2) / (steps.Count - 1);
        return Enumerable.Range(0, intervals).SelectMany(step => Enumerable.Range(1, Math.Max(0, parts - 1))
            .Select(part => steps[step] + ((steps[step + 1] - steps[step]) * part / parts)));
    }

    private static int FirstWrong(IReadOnlyList<double> margins)
    {
        var at = 0;
        while (at < margins.Count && margins[at] > 0)
        {
            at++;
        }

        return at;
    }
}
