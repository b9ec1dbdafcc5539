using System.Collections.Immutable;

namespace RobustnessGate.Evaluation;

/// <summary>Wall-clock seconds of each part, for run.json alone.</summary>
internal sealed class PartClock(Func<TimeSpan> now)
{
    private readonly TimeSpan _start = now();

    public ImmutableSortedDictionary<string, double> Parts { get; private set; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    public double Total => (now() - _start).TotalSeconds;

    public T Time<T>(string part, Func<T> work)
    {
        var start = now();
        var result = work();
        Parts = Parts.SetItem(part, (now() - start).TotalSeconds);
        return result;
    }
}
