using System.Globalization;
using System.Text;

namespace RobustnessGate.Drawing;

/// <summary>A place in the picture: to the right and downwards, in its units (CSS pixels at its natural size).</summary>
internal readonly record struct Spot(double X, double Y);

/// <summary>Where text stands relative to its place.</summary>
internal enum Anchor { Start, Middle, End }

/// <summary>
/// Writes a picture as SVG: the same text for the same picture, every string escaped. Colours and strokes are classes of
/// <see cref="Style"/>; what lies where is the caller's.
/// </summary>
internal sealed class Canvas
{
    private readonly StringBuilder _body = new();
    private readonly string _title;
    private readonly string _description;
    private readonly double _width;

    /// <param name="title">Names the picture, for readers of screens and as its tooltip.</param>
    /// <param name="description">What a reader who cannot see it should know.</param>
    public Canvas(double width, string title, string description)
    {
        (_width, _title, _description) = (width, title, description);
    }

    /// <summary>A rectangle.</summary>
    public void Rectangle(double x, double y, double width, double height, string style) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{Digits.Length(x)}\" y=\"{Digits.Length(y)}\" width=\"{Digits.Length(width)}\" height=\"{Digits.Length(height)}\" class=\"{style}\"/>\n");

    /// <summary>A straight line.</summary>
    public void Line(Spot from, Spot to, string style) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<path d=\"{new PathText().Polyline([from, to])}\" class=\"{style}\"/>\n");

    /// <summary>A path in SVG's own words, filled by the even-odd rule, with an optional tooltip; nothing where it is empty.</summary>
    public void Path(string data, string style, string tooltip = "")
    {
        if (data.Length > 0)
        {
            _body.Append(CultureInfo.InvariantCulture, $"<path d=\"{data}\" class=\"{style}\"");
            _body.Append(tooltip.Length == 0 ? "/>\n" : $"><title>{Escape(tooltip)}</title></path>\n");
        }
    }

    /// <summary>A round mark with an optional tooltip.</summary>
    public void Circle(Spot centre, double radius, string style, string tooltip = "")
    {
        _body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Digits.Length(centre.X)}\" cy=\"{Digits.Length(centre.Y)}\" r=\"{Digits.Length(radius)}\" class=\"{style}\"");
        _body.Append(tooltip.Length == 0 ? "/>\n" : $"><title>{Escape(tooltip)}</title></circle>\n");
    }

    /// <summary>A line of text whose baseline starts, is centred or ends at a place.</summary>
    /// <param name="upright">False: turned by a quarter so that it reads upwards.</param>
    public void Text(Spot at, string text, double size, Anchor anchor = Anchor.Start, string style = "", bool upright = true)
    {
        if (text.Length == 0)
        {
            return;
        }

        string x = Digits.Length(at.X), y = Digits.Length(at.Y);
        _body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" font-size=\"{Digits.Length(size)}\"");
        _body.Append(anchor switch { Anchor.Middle => " text-anchor=\"middle\"", Anchor.End => " text-anchor=\"end\"", _ => "" });
        _body.Append(style.Length == 0 ? "" : $" class=\"{style}\"");
        _body.Append(upright ? "" : $" transform=\"rotate(-90 {x} {y})\"");
        _body.Append(CultureInfo.InvariantCulture, $">{Escape(text)}</text>\n");
    }

    /// <summary>Pixels stretched over a rectangle, each with hard edges.</summary>
    /// <param name="png">The bytes of a PNG file.</param>
    /// <param name="description">What it shows.</param>
    public void Image(double x, double y, double width, double height, ReadOnlySpan<byte> png, string description)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<image x=\"{Digits.Length(x)}\" y=\"{Digits.Length(y)}\" width=\"{Digits.Length(width)}\" height=\"{Digits.Length(height)}\" preserveAspectRatio=\"none\" class=\"pixels\"");
        _body.Append(CultureInfo.InvariantCulture, $" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"><title>{Escape(description)}</title></image>\n");
    }

    /// <summary>What is drawn until <see cref="EndClip"/> is seen only within a rectangle; places stay those of the whole picture.</summary>
    public void BeginClip(double x, double y, double width, double height)
    {
        var box = $"{Digits.Length(x)} {Digits.Length(y)} {Digits.Length(width)} {Digits.Length(height)}";
        _body.Append(CultureInfo.InvariantCulture, $"<svg x=\"{Digits.Length(x)}\" y=\"{Digits.Length(y)}\" width=\"{Digits.Length(width)}\" height=\"{Digits.Length(height)}\" viewBox=\"{box}\">\n");
    }

    /// <summary>Ends what <see cref="BeginClip"/> began.</summary>
    public void EndClip() => _body.Append("</svg>\n");

    /// <summary>The whole picture.</summary>
    public string ToSvg(double height)
    {
        string w = Digits.Length(_width), h = Digits.Length(height);
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\">\n"
            + $"<title>{Escape(_title)}</title>\n<desc>{Escape(_description)}</desc>\n{Style.Sheet}"
            + $"<rect width=\"{w}\" height=\"{h}\" class=\"page\"/>\n{_body}</svg>\n";
    }

    /// <summary>Text as it may stand between tags; characters that XML cannot hold, or that steer the text unseen, become U+FFFD.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                _ => IsUnseen(rune) ? "\ufffd" : rune.ToString(),
            });
        }

        return escaped.ToString();
    }

    private static bool IsUnseen(Rune rune) => rune.Value is 0xfffe or 0xffff || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
