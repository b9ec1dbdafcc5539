using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.Tests.Drawing;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ReportPictureTests
{
    private const string Evil = "</svg><script>alert(1)</script>\u202e\u001b\ud800]]>";

    private static readonly Policy Rules = Policy(Natural(min: 0.9), Worst(0.1, maxDrop: 0.01), Robust(0.3, maxDrop: 0.01));

    private static readonly EvaluationFacts Before = Measured(Bits(98, 100), Bits(80, 100), Bits(40, 100), Indicator(Bits(3, 3), 0.1, 0.2, 0.3));

    private static ResultsDocument Example()
    {
        var example = Judged(Rules, Before with
        {
            Attacks = [Attack("pgd-linf-0.1", 0.1, Bits(65, 100)), Attack("pgd-linf-0.3", 0.3, Bits(36, 100))],
        }, Pin(Rules, Before));
        return example with
        {
            Indicator = example.Indicator! with
            {
                Context = new(
                    "v1", 0.1, 0.1, 1, "piecewise linear", 9,
                    [new("jacobian", -16, 0.5, 10, [.. Enumerable.Range(0, 40)]), new("hessian", -16, 0.5, 500, [.. Enumerable.Repeat(1, 40)])],
                    [new(0, [1, 4, 4], -2.5, 3.25, [.. Enumerable.Range(0, 16).Select(i => (byte)(i * 16))]), new(1, [16], -1, 1, [.. new byte[16]])]),
            },
        };
    }

    [Fact]
    public void Stored_results_give_the_curve_the_distributions_and_the_jacobians()
    {
        var pictures = ReportPictures.Of(Example());

        Assert.Equal(ReportPictures.Files, pictures.Select(picture => picture.File));
        var texts = pictures.Select(picture => SvgText.AssertClean(picture.Svg).Select(text => text.Text).ToArray()).ToArray();
        Assert.Contains("baseline: under every attack, 95 % band", texts[0]);
        Assert.Contains("ℓ∞", texts[0]);
        Assert.Contains("entries of the Jacobian of L", texts[1]);
        Assert.Contains("sample 0", texts[2]);
        Assert.Contains("−2.5 … 3.25", texts[2]);
        // 65 of 100 under every attack at 0.1, with the interval that the tables give.
        var worst = Example().WorstCase.Single(worst => worst.Epsilon == 0.1).Interval;
        Assert.Contains(FormattableString.Invariant($"now, ε = 0.1: 65% ({worst.Low * 100:F1} … {worst.High * 100:F1})"), pictures[0].Svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RG0502")]
    [InlineData("RG0205")]
    public void A_refused_baseline_is_not_drawn(string code)
    {
        var example = Example();
        var refused = example with
        {
            ExitCode = 6, Gate = example.Gate with { Findings = [new(code, Severity.Error, null, null, null, "refused")] },
        };

        var picture = ReportPictures.Of(refused)[0];

        Assert.DoesNotContain(SvgText.AssertClean(picture.Svg), text => text.Text.StartsWith("baseline", StringComparison.Ordinal));
        Assert.Contains($"No baseline could be compared with ({code}).", picture.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("compared", ReportPictures.Of(example)[0].Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_baseline_that_lacks_something_the_rest_is_drawn()
    {
        var example = Example();
        var changed = example with { Attacks = [example.Attacks[0], example.Attacks[1] with { Protocol = "another" }] };
        var none = example with { Attacks = [.. example.Attacks.Select(attack => attack with { Protocol = "another" })] };

        Assert.Contains("Of the baseline, what is comparable is drawn.", ReportPictures.Of(changed)[0].Description, StringComparison.Ordinal);
        Assert.Contains("class=\"twoline\"", ReportPictures.Of(changed)[0].Svg, StringComparison.Ordinal);
        Assert.Contains("Nothing of the baseline is comparable", ReportPictures.Of(none)[0].Description, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"twoline\"", ReportPictures.Of(none)[0].Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prediction_says_of_which_samples_it_is_and_begins_where_it_does()
    {
        var example = Example();
        Prediction prediction = new("linf", "predictedRadius", 3, [new(0, 3, null), new(0.1, 3, null), new(0.3, 0, null)], null, [], []);
        var some = example with { Indicator = example.Indicator! with { Prediction = [prediction] } };
        var all = example with { Indicator = example.Indicator! with { Prediction = [prediction with { Samples = 100 }] } };

        Assert.Contains(SvgText.AssertClean(ReportPictures.Of(some)[0].Svg), text => text.Text == "predicted without attacks, of the indicator's 3 samples");
        Assert.Contains(SvgText.AssertClean(ReportPictures.Of(all)[0].Svg), text => text.Text == "predicted without attacks");
        string Start(string style) => SvgText.Parse(ReportPictures.Of(some)[0].Svg).Descendants()
            .First(element => element.Attribute("class")?.Value == style).Attribute("d")!.Value.Split(' ')[0];
        Assert.NotEqual(Start("oneline"), Start("oneline dash"));
    }

    [Fact]
    public void Without_anything_measured_there_are_no_pictures()
    {
        Assert.Empty(ReportPictures.Of(Judged(Rules, EvaluationFacts.Empty, null)));
        Assert.DoesNotContain("<svg", CheckReport.Html(Example(), []), StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_links_its_pictures_as_files_beside_it_and_html_holds_them()
    {
        ReportPicture brokenExamples = new(PictureSection.BrokenExamples, "sample 1.svg", "a [sample]", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
        ReportFormat[] formats = [.. ReportFormat.All.Where(format => format.Name is "markdown" or "html")];

        var files = ReportFormat.Files(Example(), formats, [brokenExamples]).ToDictionary(file => file.File, file => file.Text);

        Assert.Equal(["distributions.svg", "jacobians.svg", "report.html", "report.md", "robust-accuracy.svg", "sample 1.svg"], files.Keys.Order(StringComparer.Ordinal));
        var markdown = files["report.md"];
        Assert.Contains("(sample%201.svg)", markdown, StringComparison.Ordinal);
        Assert.True(markdown.IndexOf("(sample%201.svg)", StringComparison.Ordinal) < markdown.IndexOf("<details>", StringComparison.Ordinal));
        Assert.True(markdown.IndexOf("(robust-accuracy.svg)", StringComparison.Ordinal) < markdown.IndexOf("(distributions.svg)", StringComparison.Ordinal));
        Assert.Equal(4, files["report.html"].Split("<figure ").Length - 1);
        Assert.Contains(files["robust-accuracy.svg"], files["report.html"], StringComparison.Ordinal);
        Assert.DoesNotContain(ReportFormat.Files(Example(), [formats[1]], [brokenExamples]), file => file.File.EndsWith(".svg", StringComparison.Ordinal));
    }

    [Fact]
    public void A_report_for_a_comment_has_no_links_that_would_lead_nowhere() =>
        Assert.DoesNotContain(".svg", CheckReport.MarkdownWithin(Example(), int.MaxValue), StringComparison.Ordinal);

    [Fact]
    public void Hostile_text_stays_text_in_pictures()
    {
        var example = Example();
        var hostile = example with
        {
            Attacks = [.. example.Attacks.Select(attack => attack with { Name = Evil, Norm = Evil })],
            WorstCase = [.. example.WorstCase.Select(worst => worst with { Norm = Evil })],
            Indicator = example.Indicator! with
            {
                Context = example.Indicator.Context! with { Distributions = [new(Evil, -16, 0.5, 0, [1, 2])] },
            },
        };

        Assert.All(ReportPictures.Of(hostile), picture =>
        {
            SvgText.AssertClean(picture.Svg);
            Assert.DoesNotContain("<script", picture.Svg, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202e', picture.Svg);
            Assert.DoesNotContain('\u001b', picture.Svg);
        });
    }

    [Fact]
    public void An_earlier_runs_pictures_are_taken_away()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var stale = Path.Combine(folder.FullName, "robust-accuracy.svg");
            File.WriteAllText(stale, "old");

            OutputFolder.Prepare(folder.FullName, ReportFiles.All);

            Assert.False(File.Exists(stale));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
