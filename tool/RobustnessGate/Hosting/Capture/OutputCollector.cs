using System.Collections.Immutable;
using System.Text;

namespace RobustnessGate.Hosting.Capture;

/// <summary>
/// Collects lines, each distinct one once with its count, within bounds that do not depend on how much is printed. Any
/// thread may add.
/// </summary>
internal sealed class OutputCollector
{
    /// <summary>Distinct lines that are kept.</summary>
    public const int MostLines = 1000;

    /// <summary>Of all kept lines together, in UTF-8.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Last lines that are remembered, whether or not there was room for them.</summary>
    public const int MostLast = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Kept>.AlternateLookup<ReadOnlySpan<char>> _byCharacters;
    private readonly List<Kept> _inOrder = [];

    /// <summary>The last lines for which there was no room, written around.</summary>
    private readonly Kept?[] _passing = new Kept?[MostLast];
    private long _leftOut;
    private long _lines;
    private int _bytes;

    public OutputCollector() => _byCharacters = _kept.GetAlternateLookup<ReadOnlySpan<char>>();

    public void Add(ReadOnlySpan<char> line)
    {
        lock (_gate)
        {
            _lines++;
            if (_byCharacters.TryGetValue(line, out var kept))
            {
                kept.Count++;
                kept.Last = _lines;
                return;
            }

            var text = Harmless.Line(line);
            var entry = new Kept(text) { Count = 1, Last = _lines };
            var size = Encoding.UTF8.GetByteCount(text);
            if (_kept.Count < MostLines && _bytes + size <= MostBytes)
            {
                _bytes += size;
                _kept.Add(line.ToString(), entry);
                _inOrder.Add(entry);
            }
            else
            {
                _passing[_leftOut++ % MostLast] = entry;
            }
        }
    }

    /// <summary>What was collected so far.</summary>
    public CapturedOutput Collected()
    {
        lock (_gate)
        {
            var last = _inOrder.Concat(_passing.OfType<Kept>()).OrderByDescending(line => line.Last)
                .Select(line => line.Text).Distinct(StringComparer.Ordinal).Take(MostLast).Reverse();
            return new([.. _inOrder.Select(line => new CapturedLine(line.Text, line.Count))], [.. last], _leftOut);
        }
    }

    private sealed class Kept(string text)
    {
        public string Text { get; } = text;

        public long Count { get; set; }

        /// <summary>Number of the line that it stood in last.</summary>
        public long Last { get; set; }
    }
}

/// <summary>A line that was printed, and how often.</summary>
internal sealed record CapturedLine(string Text, long Count);

/// <summary>What a model and the libraries under it printed, bounded and harmless.</summary>
/// <param name="Lines">Each distinct line once, in the order in which they came first.</param>
/// <param name="Last">The last distinct lines, the very last one at the end.</param>
/// <param name="LeftOut">Lines for which there was no room.</param>
internal sealed record CapturedOutput(ImmutableArray<CapturedLine> Lines, ImmutableArray<string> Last, long LeftOut)
{
    public bool IsEmpty => Lines.IsEmpty && LeftOut == 0;
}
