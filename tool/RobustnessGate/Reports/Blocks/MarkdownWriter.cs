using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Reports.Blocks;

/// <summary>Blocks as GitHub-flavoured Markdown.</summary>
internal static class MarkdownWriter
{
    private const int LongText = 500;

    /// <summary>A report. When all is well its headline is an ordinary line.</summary>
    public static string Write(Report report)
    {
        var headline = report.Headline;
        var text = new StringBuilder();
        text.Append(headline.IsQuiet ? "" : "### ").Append(headline.Symbol).Append(' ').Append(MarkdownText.Escape(headline.Title, 300)).Append("\n\n");
        return text.Append(Write(report.Blocks)).ToString();
    }

    public static string Write(IEnumerable<Block> blocks) => string.Concat(blocks.Select(Write));

    /// <summary>The shortest form is the last; the first that fits is taken.</summary>
    /// <param name="limit">Most UTF-8 bytes.</param>
    public static string WriteWithin(Report report, int limit)
    {
        var forms = report.Shortened().Select(Write);
        return forms.FirstOrDefault(form => Encoding.UTF8.GetByteCount(form) <= limit) ?? forms.Last();
    }

    private static string Write(Block block) => block switch
    {
        Heading heading => $"#### {MarkdownText.Escape(heading.Text, LongText)}\n\n",
        Paragraph paragraph => Line(paragraph.Line) + "\n\n",
        Small small => $"<sub>{Line(small.Line)}</sub>\n",
        Bullets bullets => string.Concat(bullets.Items.Select(item => $"- {Line(item.Line)}\n")) + "\n",
        Table table => Write(table),
        Command command => $"```\n{PlainText.Clean(command.Text).Replace("```", "", StringComparison.Ordinal)}\n```\n\n",
        Picture { Of: var picture } => $"![{MarkdownText.Escape(picture.Description, LongText)}]({Uri.EscapeDataString(picture.File)})\n\n",
        Fold fold => $"<details><summary>{MarkdownText.Escape(fold.Summary, LongText)}</summary>\n\n{Write(fold.Blocks)}</details>\n\n",
        _ => throw new ArgumentException($"unknown block {block.GetType().Name}"),
    };

    private static string Write(Table table)
    {
        var shown = table.Rows.Take(table.Brief ?? int.MaxValue).ToArray();
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", table.Columns.Select(column => MarkdownText.Escape(column.Title, LongText))).Append(" |\n|");
        text.AppendJoin('|', table.Columns.Select(column => column.Numeric ? "--:" : "---")).Append("|\n");
        foreach (var row in shown)
        {
            text.Append("| ").AppendJoin(" | ", row.Cells.Select(Line)).Append(" |\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{(shown.Length < table.Rows.Length ? $"\n… and {table.Rows.Length - shown.Length} more, in `results.json`.\n" : "")}\n").ToString();
    }

    private static string Line(ImmutableArray<Inline> line) => string.Concat(line.Select(inline => inline switch
    {
        Plain plain => MarkdownText.Escape(plain.Text, plain.Limit),
        Strong strong => $"**{MarkdownText.Escape(strong.Text, LongText)}**",
        Mono mono => MarkdownText.Code(mono.Text, mono.Limit),
        Meter => "",
        _ => throw new ArgumentException($"unknown inline {inline.GetType().Name}"),
    }));
}
