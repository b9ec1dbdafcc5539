namespace RobustnessGate.Drawing;

/// <summary>Moves signs sideways, as little as it takes, so that none covers another.</summary>
/// <param name="low">Least place that a sign's centre may have.</param>
/// <param name="high">Greatest.</param>
internal sealed class Swarm(double low, double high)
{
    private const double Apart = (2 * Marks.Radius) + 0.5;

    /// <summary>Farther from its place a sign would rather be at another.</summary>
    private const int MostSteps = 6;

    /// <summary>More signs than this cover each other wherever they stand.</summary>
    private const int MostSigns = 400;

    private readonly List<Spot> _taken = [];

    /// <summary>A free place at the same height; the place itself where there is none near it.</summary>
    /// <param name="side">Where to look first: −1 to the left, 1 to the right, 0 to both sides in turn.</param>
    public Spot Place(Spot at, int side)
    {
        if (_taken.Count == MostSigns)
        {
            return at;
        }

        var free = Around(at, side).Where(spot => spot.X >= low && spot.X <= high).Cast<Spot?>().FirstOrDefault(spot => _taken.TrueForAll(
            other => Math.Abs(other.X - spot!.Value.X) >= Apart - 1e-9 || Math.Abs(other.Y - spot.Value.Y) >= Apart - 1e-9)) ?? at;
        _taken.Add(free);
        return free;
    }

    private static IEnumerable<Spot> Around(Spot at, int side)
    {
        var aside = Enumerable.Range(1, MostSteps);
        int[] steps = side == 0
            ? [0, .. aside.SelectMany(step => new[] { -step, step })]
            : [0, .. aside.Select(step => side * step), .. aside.Select(step => -side * step)];
        return steps.Select(step => at with { X = at.X + (step * Apart) });
    }
}
