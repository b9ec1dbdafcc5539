using System.Text;

namespace RobustnessGate.Reports;

/// <summary>Lines of Markdown in invariant culture, ended by LF.</summary>
internal sealed class MarkdownLines
{
    private readonly StringBuilder _text = new();

    public MarkdownLines Line(FormattableString line)
    {
        _text.Append(FormattableString.Invariant(line)).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();
}
