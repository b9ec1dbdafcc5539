using System.Globalization;
using System.Xml.Linq;
using RobustnessGate.Drawing;

namespace RobustnessGate.Tests.Drawing;

/// <summary>Reads the texts of a picture back from its XML, with the room that each takes up.</summary>
internal static class SvgText
{
    private const double Slack = 0.05;

    internal sealed record Placed(string Text, double Left, double Top, double Right, double Bottom);

    public static XElement Parse(string svg) => XDocument.Parse(svg).Root!;

    public static Placed[] In(XElement svg) => [.. svg.Descendants(svg.Name.Namespace + "text").Select(Place)];

    /// <summary>Fails where texts overlap or leave the view box, or the picture is too large or has no numbers where it should.</summary>
    public static Placed[] AssertClean(string svg)
    {
        var root = Parse(svg);
        double width = Number(root, "width"), height = Number(root, "height");
        Assert.Equal($"0 0 {root.Attribute("width")!.Value} {root.Attribute("height")!.Value}", root.Attribute("viewBox")!.Value);
        Assert.Equal("img", root.Attribute("role")!.Value);
        var texts = In(root);
        foreach (var text in texts)
        {
            Assert.True(text.Left >= -Slack && text.Top >= -Slack && text.Right <= width + Slack && text.Bottom <= height + Slack,
                $"'{text.Text}' leaves the picture of {width} by {height}: {text}");
        }

        for (var i = 0; i < texts.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.False(Overlap(texts[i], texts[j]), $"texts overlap: {texts[i]} and {texts[j]}");
            }
        }

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(svg), 1, 200_000);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        return texts;
    }

    private static bool Overlap(Placed a, Placed b) =>
        a.Left < b.Right - Slack && b.Left < a.Right - Slack && a.Top < b.Bottom - Slack && b.Top < a.Bottom - Slack;

    private static Placed Place(XElement element)
    {
        double x = Number(element, "x"), y = Number(element, "y"), size = Number(element, "font-size");
        var bold = element.Attribute("class")?.Value.Split(' ').Contains("bold") ?? false;
        var width = FontMetrics.Width(element.Value, size, bold);
        var start = element.Attribute("text-anchor")?.Value switch { "middle" => -width / 2, "end" => -width, _ => 0 };
        double up = FontMetrics.Ascent * size, down = FontMetrics.Descent * size;
        if (element.Attribute("transform") is not { } turn)
        {
            return new(element.Value, x + start, y - up, x + start + width, y + down);
        }

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"rotate(-90 {element.Attribute("x")!.Value} {element.Attribute("y")!.Value})"), turn.Value);
        return new(element.Value, x - up, y - start - width, x + down, y - start);
    }

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
