using System.Collections.Immutable;
using RobustnessGate.Reports.Blocks;

namespace RobustnessGate.Reports;

/// <summary>Where in a report a picture belongs.</summary>
internal enum PictureSection
{
    /// <summary>Before everything that is folded away: samples worth a look.</summary>
    BrokenExamples,

    /// <summary>With the counts under attack.</summary>
    Attacks,

    /// <summary>With the indicator.</summary>
    Indicator,
}

/// <summary>A picture of a report.</summary>
/// <param name="File">Its name in the output folder, which reports that link their pictures refer to.</param>
/// <param name="Description">What it shows, for those who cannot see it.</param>
internal sealed record ReportPicture(PictureSection Section, string File, string Description, string Svg)
{
    /// <summary>The picture, or none where it cannot be drawn: a report is worth more than its pictures.</summary>
    internal static ReportPicture? Drawn(Func<ReportPicture?> draw)
    {
        try
        {
            return draw();
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>The pictures of a section, as blocks.</summary>
    internal static IEnumerable<Block> Blocks(ImmutableArray<ReportPicture> pictures, PictureSection section) =>
        pictures.Where(picture => picture.Section == section).Select(picture => new Picture(picture));
}
