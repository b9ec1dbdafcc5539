namespace RobustnessGate.Surfaces;

/// <summary>Where L first reaches zero on the way along an axis.</summary>
internal static class BoundarySearch
{
    /// <summary>Points looked at together: a full batch of those on which verdicts rest costs no more than a single point.</summary>
    private const int Together = 16;

    /// <summary>Divisions by 17, after which one step of a grid of a hundred is below a millionth of the extent.</summary>
    private const int Divisions = 4;

    /// <summary>
    /// Looks at the grid's own steps first and divides the interval before the first that is not right, again and again. A
    /// region of wrong points narrower than a step can go unseen, as it does in the picture.
    /// </summary>
    /// <param name="steps">Distances from the origin, ascending from 0.</param>
    /// <param name="margins">L at them.</param>
    /// <param name="at">L at any distances.</param>
    /// <returns>Null where L stays positive; 0 where it is not positive at the origin. NaN counts as not positive.</returns>
    public static double? First(IReadOnlyList<double> steps, IReadOnlyList<double> margins, Func<double[], double[]> at)
    {
        var first = FirstWrong(margins);
        if (first == steps.Count)
        {
            return null;
        }

        if (first == 0)
        {
            return 0;
        }

        var (right, wrong) = (steps[first - 1], steps[first]);
        for (var division = 0; division < Divisions; division++)
        {
            var width = (wrong - right) / (Together + 1);
            double[] between = [.. Enumerable.Range(1, Together).Select(part => right + (part * width))];
            var turn = FirstWrong(at(between));
            (right, wrong) = (turn == 0 ? right : between[turn - 1], turn == Together ? wrong : between[turn]);
        }

        return wrong;
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
