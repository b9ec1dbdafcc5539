using System.Collections.Immutable;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Reports.Blocks;

/// <summary>Blocks as lines of a terminal: short, without pictures and without what is folded away.</summary>
internal static class TerminalWriter
{
    private const int BarWidth = 20;
    private const string Gap = "  ";

    public static string Write(IEnumerable<Block> blocks) => string.Concat(blocks.Select(Write));

    private static string Write(Block block) => block switch
    {
        Heading heading => PlainText.Clean(heading.Text) + "\n",
        Paragraph paragraph => Line(paragraph.Line) + "\n",
        Small small => Line(small.Line) + "\n",
        Bullets bullets => string.Concat(bullets.Items.Select(item => $"{Gap}{Line(item.Line)}\n")),
        Table table => Write(table),
        Command command => $"{Gap}{PlainText.Clean(command.Text)}\n",
        Picture or Fold => "",
        _ => throw new ArgumentException($"unknown block {block.GetType().Name}"),
    };

    private static string Write(Table table)
    {
        var rows = table.Rows.Select(row => row.Cells.Select(Line).ToArray()).ToList();
        if (table.Columns.Any(column => column.Title.Length > 0))
        {
            rows.Insert(0, [.. table.Columns.Select(column => column.Title)]);
        }

        var widths = table.Columns.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, i) => table.Columns[i].Numeric ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            text.Append((Gap + string.Join(Gap, cells)).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static string Line(ImmutableArray<Inline> line) => string.Concat(line.Select(inline => inline switch
    {
        Plain plain => PlainText.Shorten(PlainText.Clean(plain.Text), plain.Limit),
        Strong strong => PlainText.Clean(strong.Text),
        Mono mono => PlainText.Shorten(PlainText.Clean(mono.Text), mono.Limit),
        Meter meter => Bar(meter.Of == 0 ? 0 : (double)meter.Value / meter.Of),
        _ => throw new ArgumentException($"unknown inline {inline.GetType().Name}"),
    }));

    /// <summary>A bar of eighths: ███████▌.</summary>
    private static string Bar(double share)
    {
        var eighths = (int)Math.Round(share * BarWidth * 8, MidpointRounding.AwayFromZero);
        var bar = new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : " ▏▎▍▌▋▊▉"[eighths % 8].ToString());
        return bar.PadRight(BarWidth);
    }
}
