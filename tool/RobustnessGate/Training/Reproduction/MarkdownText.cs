using System.Text;

namespace RobustnessGate.Training.Reproduction;

/// <summary>Lines of Markdown in invariant culture, ended by LF.</summary>
internal sealed class MarkdownText
{
    private readonly StringBuilder _text = new();

    public MarkdownText Line(FormattableString line)
    {
        _text.Append(FormattableString.Invariant(line)).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();
}
