using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Reports.Blocks;

/// <summary>A report as one page without scripts and without anything from elsewhere. Text is encoded.</summary>
internal static class HtmlWriter
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Write(Report report)
    {
        var title = Plain($"{report.Headline.Symbol} {report.Headline.Title}");
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>
            {Style}</style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>

            """ + string.Concat(report.Blocks.Select(Write)) + "</main>\n</body>\n</html>\n";
    }

    /// <summary>Text as it may stand between tags and in quoted attributes.</summary>
    private static string Plain(string text) => Encoder.Encode(PlainText.Clean(text));

    private static string Write(Block block) => block switch
    {
        Heading heading => $"<h2>{Plain(heading.Text)}</h2>\n",
        Paragraph paragraph => $"<p>{Line(paragraph.Line)}</p>\n",
        Small small => $"<footer>{Line(small.Line)}</footer>\n",
        Bullets bullets => $"<ul>\n{string.Concat(bullets.Items.Select(item => $"<li{Class(item.Tone)}>{Line(item.Line)}</li>\n"))}</ul>\n",
        Table table => Write(table),
        Command command => $"<pre tabindex=\"0\"><code>{Plain(command.Text)}</code></pre>\n",
        Picture { Of: var picture } => $"<figure role=\"img\" aria-label=\"{Plain(picture.Description)}\">\n{picture.Svg}</figure>\n",
        Fold fold => string.Concat(fold.Blocks.Select(Write)),
        _ => throw new ArgumentException($"unknown block {block.GetType().Name}"),
    };

    private static string Write(Table table)
    {
        // A table wider than the page scrolls by itself, by keys too, and leaves the page where it is.
        var text = new StringBuilder("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
        foreach (var column in table.Columns)
        {
            text.Append(CultureInfo.InvariantCulture, $"<{(column.Title.Length == 0 ? "td" : "th scope=\"col\"")}{Side(column)}>{Plain(column.Title)}</{(column.Title.Length == 0 ? "td" : "th")}>");
        }

        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr{Class(row.Tone)}>");
            foreach (var (column, cell) in table.Columns.Zip(row.Cells))
            {
                text.Append(CultureInfo.InvariantCulture, $"<td{Side(column)}>{Line(cell)}</td>");
            }

            text.Append("</tr>\n");
        }

        return text.Append("</tbody>\n</table></div>\n").ToString();
    }

    private static string Line(ImmutableArray<Inline> line) => string.Concat(line.Select(inline => inline switch
    {
        Plain plain => Plain(PlainText.Shorten(PlainText.Clean(plain.Text), plain.Limit)),
        Strong strong => $"<strong>{Plain(strong.Text)}</strong>",
        Mono mono when mono.Text.Length > mono.Limit => $"<code title=\"{Plain(mono.Text)}\">{Plain(PlainText.Shorten(PlainText.Clean(mono.Text), mono.Limit))}</code>",
        Mono mono => $"<code>{Plain(mono.Text)}</code>",
        Meter meter => string.Create(CultureInfo.InvariantCulture, $"<meter min=\"0\" max=\"{meter.Of}\" value=\"{meter.Value}\" aria-hidden=\"true\"></meter>"),
        _ => throw new ArgumentException($"unknown inline {inline.GetType().Name}"),
    }));

    private static string Class(Tone tone) => tone == Tone.Usual ? "" : $" class=\"{tone.ToString().ToLowerInvariant()}\"";

    private static string Side(Column column) => column.Numeric ? " class=\"n\"" : "";

    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0; } main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h1, p, li { overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; margin: 1rem 0; } table { border-collapse: collapse; }
        th, td { padding: .25rem .75rem; border-bottom: 1px solid #8884; text-align: left; } .n { text-align: right; white-space: nowrap; }
        td:first-child:not(.n) { min-width: 9rem; } td code { white-space: nowrap; }
        footer { opacity: .75; font-size: .85rem; margin-top: 3rem; overflow-wrap: anywhere; }
        tr.error td { font-weight: 600; } ul { padding-left: 1.2rem; } li.error, li.warning, li.note { list-style: none; margin: 0 0 .5rem -1.2rem; padding-left: .7rem; }
        li.error { border-left: .3rem solid #c33; font-weight: 600; } li.warning { border-left: .3rem solid #c90; } li.note { border-left: .3rem solid #8888; }
        meter { width: 8rem; margin-left: .6rem; } figure { margin: 1rem 0; } figure > svg { max-width: 100%; height: auto; }
        pre { overflow-x: auto; padding: .7rem; border: 1px solid #8884; }

        """;
}
