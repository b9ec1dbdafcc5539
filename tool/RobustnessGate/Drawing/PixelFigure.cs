using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>Images beside each other, with what is to be said about them.</summary>
/// <param name="Text">Lines to the left of the images; the first is the row's name.</param>
/// <param name="Images">From the left; null leaves a place empty.</param>
internal sealed record PixelRow(ImmutableArray<string> Text, ImmutableArray<Pixels?> Images);

/// <summary>
/// Images in rows and columns: samples with their perturbations, or Jacobians as in Figs. 8, 10 and 15 of Yu et al. (2018).
/// Small images are stretched without smoothing, so that each of their pixels is seen.
/// </summary>
internal static class PixelFigure
{
    private const double Side = 116, Gap = 10, TextWidth = 178, TextSize = 12, HeadSize = 12;

    private const int MostLines = 6;

    /// <summary>More pixels on a side than this are finer than the picture.</summary>
    private const int MostPixels = 232;

    /// <summary>The picture as SVG of at most 200 KB; larger images are shrunk.</summary>
    /// <param name="caption">What it shows, in a sentence or two; also its description.</param>
    /// <param name="columns">Names of the columns, each in one line or two.</param>
    /// <exception cref="ArgumentException">A row has more images than there are columns, or there is no row or no column.</exception>
    public static string Draw(string title, string caption, IReadOnlyList<string> columns, IReadOnlyList<PixelRow> rows)
    {
        if (rows.Count == 0 || columns.Count == 0 || rows.Any(row => row.Images.Length > columns.Count))
        {
            throw new ArgumentException("A picture needs a row, and a row no more images than columns.", nameof(rows));
        }

        return Frame.Fit(tolerance => Draw(title, caption, columns, rows, Math.Max(1, (int)(MostPixels * Math.Sqrt(Frame.Finest / tolerance)))));
    }

    private static string Draw(string title, string caption, IReadOnlyList<string> columns, IReadOnlyList<PixelRow> rows, int pixels)
    {
        var width = (2 * Frame.Margin) + TextWidth + (columns.Count * (Side + Gap));
        var canvas = new Canvas(width, title, caption);
        var heads = columns.Select(column => column.Split('\n').SelectMany(line => FontMetrics.Wrap(line, Side, HeadSize, 2)).Take(2).ToArray()).ToArray();
        var y = Frame.Head(canvas, width, title, caption) + (heads.Max(lines => lines.Length) * HeadSize * 1.3);
        for (var column = 0; column < heads.Length; column++)
        {
            for (var line = 0; line < heads[column].Length; line++)
            {
                var above = (heads[column].Length - 1 - line) * HeadSize * 1.3;
                canvas.Text(new(Left(column) + (Side / 2), y - above), heads[column][line], HeadSize, Anchor.Middle, "soft");
            }
        }

        y += 8;
        foreach (var row in rows)
        {
            Text(canvas, row.Text, y);
            for (var column = 0; column < row.Images.Length; column++)
            {
                if (row.Images[column] is { } image)
                {
                    Image(canvas, image.Shrunk(pixels).Enlarged(pixels), Left(column), y, $"{columns[column]}: {row.Text.FirstOrDefault("")}");
                }
            }

            y += Side + Gap;
        }

        return canvas.ToSvg(y + 4);
    }

    private static double Left(int column) => Frame.Margin + TextWidth + Gap + (column * (Side + Gap));

    private static void Text(Canvas canvas, ImmutableArray<string> text, double top)
    {
        var lines = text.SelectMany((line, i) => FontMetrics.Wrap(line, TextWidth - 4, TextSize, 3, bold: i == 0).Select(part => (part, Bold: i == 0))).Take(MostLines);
        var y = top + TextSize;
        foreach (var (line, bold) in lines)
        {
            canvas.Text(new(Frame.Margin, y), line, TextSize, style: bold ? "bold" : "");
            y += TextSize * 1.45;
        }
    }

    /// <summary>As large as it fits into its square, in the square's middle.</summary>
    private static void Image(Canvas canvas, Pixels image, double left, double top, string description)
    {
        var longest = Math.Max(image.Width, image.Height);
        double width = Side * image.Width / longest, height = Side * image.Height / longest;
        double x = left + ((Side - width) / 2), y = top + ((Side - height) / 2);
        canvas.Image(x, y, width, height, Png.Encode(image), description);
        canvas.Rectangle(x, y, width, height, "frame");
    }
}
