using Markdig;
using RobustnessGate.Reports;

namespace RobustnessGate.Tests;

public class MarkdownTextTests
{
    private static readonly MarkdownPipeline GitHub = new MarkdownPipelineBuilder().UseAdvancedExtensions().UseEmojiAndSmiley().Build();

    public static TheoryData<string> Hostile =>
    [
        "[x](javascript:alert(1))", "![x](http://evil/x.png)", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>",
        "a | b | c", "a\n\n## PASSED\n", "a\r\n| passed | 1 |", "```\nfence", "`code`", "**bold** _it_ ~~gone~~", "<!-- hidden", "-->",
        "http://evil.example", "https://evil.example/x", "www.evil.example", "me@evil.example", "@everyone", "#123", "GH-12", "owner/repo#1",
        "\u202Egnp.exe", "\u2066x\u2069", "\u001b[31mred", "\0", "&lt;b&gt;", "&#60;b&#62;", "[ref]: http://evil", "- [x] done", "1. one", "> quote",
        "# heading", "---", "===", "$x$", "\\", "\\`", "a\tb", ":smile:", ":white_check_mark:", "+ item", "- item", "1) one", "Setext\n---", "[^1]", "{.class}", "<https://evil.example>", "<me@evil.example>", "==mark==", "^sup^",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Escaped_text_is_inert_in_a_cell_and_in_a_line(string text)
    {
        foreach (var escaped in new[] { MarkdownText.Escape(text), MarkdownText.Code(text) })
        {
            var html = Markdown.ToHtml($"| a | b |\n|---|---|\n| {escaped} | last |\n\n- {escaped}\n\nend {escaped} end\n\n{escaped}\n", GitHub);
            Assert.Equal(2, Occurrences(html, "<td>"));
            Assert.Contains("<td>last</td>", html, StringComparison.Ordinal);
            foreach (var tag in new[] { "<a ", "<img", "<script", "<h1", "<h2", "<hr", "<em", "<strong", "<del", "<mark", "<sup", "<input", "<blockquote", "<ul>\n<li>item", "<ol", "✅", "<pre", "<span", "😄" })
            {
                Assert.DoesNotContain(tag, html, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("@everyone", "@\u200B")]
    [InlineData("#123", "#\u200B")]
    [InlineData("owner/repo#1", "#\u200B")]
    [InlineData("GH-12", "-\u200B")]
    [InlineData("http://x", ":\u200B")]
    [InlineData("www.x.y", "www\u200B.")]
    public void What_GitHub_links_in_plain_text_is_broken(string text, string broken) =>
        Assert.Contains(broken, Markdown.ToPlainText(MarkdownText.Escape(text)), StringComparison.Ordinal);

    [Fact]
    public void Long_text_is_cut_and_plain_text_is_kept()
    {
        Assert.Equal(80, MarkdownText.Escape(new string('x', 500)).Length);
        Assert.Equal("pgd at ε=0.3 (linf)", MarkdownText.Escape("pgd at ε=0.3 (linf)"));
        Assert.Equal("`pgd-linf-0.3`", MarkdownText.Code("pgd-linf-0.3"));
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
