using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>State of an attack that is more than a few tensors: whatever it tracks ends with it.</summary>
internal abstract class SearchState(Search search) : IDisposable
{
    private readonly List<PerSample> _tracked = [];

    protected Search Search { get; } = search;

    public virtual void Dispose()
    {
        foreach (var rows in _tracked)
        {
            rows.Dispose();
        }
    }

    /// <summary>As <see cref="Search.Track"/>.</summary>
    /// <param name="rows">(n, …).</param>
    protected PerSample Track(Tensor rows)
    {
        var tracked = Search.Track(rows);
        _tracked.Add(tracked);
        return tracked;
    }
}
