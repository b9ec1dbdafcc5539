using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>
/// Which attack has which sign. There are more attacks than signs that people can tell apart: where a picture has too
/// many, those that broke most at any radius keep theirs, and the others share a small bar.
/// </summary>
internal sealed class AttackSigns
{
    private readonly ImmutableArray<string> _named;
    private readonly ImmutableArray<string> _others;

    /// <param name="marks">All of the picture, in the order in which the attacks shall be named.</param>
    public AttackSigns(IEnumerable<AttackMark> marks)
    {
        var attacks = marks.GroupBy(mark => mark.Attack)
            .Select((group, order) => (Name: group.Key, Least: group.Min(mark => double.IsNaN(mark.Share) ? 1 : mark.Share), Order: order)).ToArray();
        var strongest = attacks.OrderBy(attack => attack.Least).ThenBy(attack => attack.Order).Take(Marks.Count).Select(attack => attack.Name).ToHashSet();
        _named = [.. attacks.Select(attack => attack.Name).Where(strongest.Contains)];
        _others = [.. attacks.Select(attack => attack.Name).Where(name => !strongest.Contains(name))];
    }

    /// <summary>Number of an attack's sign among the <see cref="Marks"/>.</summary>
    public int Of(string attack) => _named.IndexOf(attack) is var at and >= 0 ? at : Marks.Count;

    public IEnumerable<LegendEntry> Legend()
    {
        for (var i = 0; i < _named.Length; i++)
        {
            yield return Entry(_named[i], i);
        }

        if (!_others.IsEmpty)
        {
            yield return Entry(FormattableString.Invariant($"{_others.Length} {(_others.Length == 1 ? "other" : "others")}: {string.Join(", ", _others)}"), Marks.Count);
        }
    }

    private static LegendEntry Entry(string text, int sign) =>
        new(text, (canvas, at) => canvas.Path(Marks.Shape(sign, new(at.X + 13, at.Y + 6)), "one"));
}
