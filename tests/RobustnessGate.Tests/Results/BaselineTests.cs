using System.Collections.Immutable;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests.Results;

public class BaselineTests
{
    private static readonly Policy Rules = Policy(Robust(0.3, maxDrop: 0.01), Rule("linear-radius", maxDropRatio: 0.1));

    private static Baseline Small() => Pin(Rules, Measured(
        BitString.Parse("111110"), BitString.Parse("111100"), BitString.Parse("101000"),
        Indicator(BitString.Parse("1111"), 0.123456, 0.2, null, 1e-7)));

    [Fact]
    public Task A_baseline_is_boring_text() => Verify(BaselineFile.Render(Small()), "json");

    [Fact]
    public void Facts_pin_as_their_results_do()
    {
        var facts = Measured(
            BitString.Parse("111110"), BitString.Parse("111100"), BitString.Parse("101000"),
            Indicator(BitString.Parse("1111"), 0.123456, 0.2, null, 1e-7));
        var results = ResultsDocument.Of(Rules, facts, Gate.Decide(Rules, facts, default(Baseline)), "1.2.3");
        var machine = new Fingerprint("2.10.0", "cpu", "float64");

        Assert.Equal(BaselineFile.Render(Pinning.Of(results, Rules, machine)), BaselineFile.Render(Pinning.Of(facts, Rules, "1.2.3", machine)));
        Assert.Equal("RG0208", Assert.Throws<MistakeException>(() => Pinning.Of(facts with { Completed = false }, Rules, "1.2.3")).Findings[0].Code);
    }

    [Fact]
    public void A_baseline_survives_its_file()
    {
        var text = BaselineFile.Render(Small());
        Assert.Equal(text, BaselineFile.Render(BaselineFile.Read(text, "b.json")));
        Assert.Equal(text, BaselineFile.Render(BaselineFile.Read(text.Replace("\n", "\r\n", StringComparison.Ordinal), "b.json")));
        Assert.Equal(ExitCode.Passed, Gate.Decide(Rules, Measured(
            BitString.Parse("111110"), BitString.Parse("111100"), BitString.Parse("101000"),
            Indicator(BitString.Parse("1111"), 0.123456, 0.2, null, 1e-7)), BaselineFile.Read(text, "b.json")).ExitCode);
    }

    [Fact]
    public void Ten_thousand_samples_and_twenty_attacks_stay_small()
    {
        var random = new Random(1);
        var bits = new BitString(Enumerable.Range(0, 10_000).Select(_ => random.Next(2) == 0));
        var indicator = Indicator(Bits(10_000, 10_000), [.. Enumerable.Range(0, 10_000).Select(_ => (double?)random.NextDouble())]);
        var evaluation = Measured(bits, bits, bits, indicator) with
        {
            Attacks = [.. Enumerable.Range(0, 20).Select(i => Attack($"pgd-linf-0.{i}", i / 100.0, bits))],
        };
        // Only the attacks' names differ from the policy here; pinning does not judge.
        var text = BaselineFile.Render(Pin(Rules, evaluation));
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 100_000, 300_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("{\"schemaVersion\": \"1\"}")]
    [InlineData("{\"schemaVersion\": 1}")]
    [InlineData("\0\u0001\u0002")]
    public void Text_that_is_no_baseline_is_refused(string text) => AssertRefused(text, "RG0202");

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(99)]
    public void Another_schema_version_is_refused(int version) => AssertRefused(
        BaselineFile.Render(Small()).Replace("\"schemaVersion\": 1", $"\"schemaVersion\": {version}", StringComparison.Ordinal), "RG0203");

    [Fact]
    public void Every_truncation_is_refused()
    {
        var text = BaselineFile.Render(Small());
        for (var length = 0; length < text.Length - 2; length += 13)
        {
            AssertRefused(text[..length], "RG0202");
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(BaselineFile.Render(Small()));
        for (var i = 0; i < bytes.Length; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i] ^= 1;
            var text = Encoding.UTF8.GetString(flipped);
            var mistake = Assert.Throws<MistakeException>(() => BaselineFile.Read(text, "b.json"));
            Assert.Equal(ExitCode.BaselineUnusable, mistake.ExitCode);
        }
    }

    public static IEnumerable<object[]> Contradictions => new TheoryData<string, Func<Baseline, Baseline>>()
    {
        { "bytes of sample ids", b => b with { SampleIds = b.SampleIds.RemoveRange(0, 8) } },
        { "occurs twice", b => b with { SampleIds = b.SampleIds.RemoveRange(0, 8).InsertRange(0, b.SampleIds.Skip(8).Take(8)) } },
        { "occurs twice", b => b with { Attacks = b.Attacks.Add(b.Attacks[0]) } },
        { "has 5 samples", b => b with { Attacks = [b.Attacks[0] with { Bits = Bits(2, 5) }] } },
        { "values for 4 samples", b => b with { Indicator = b.Indicator! with { PerSample = b.Indicator.PerSample.SetItem("linearRadius", [1.0]) } } },
        { "has no samples", b => b with { Natural = Bits(0, 0), SampleIds = [], Attacks = [], Indicator = null } },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    internal void A_baseline_that_contradicts_itself_is_refused(string says, Func<Baseline, Baseline> change)
    {
        var mistake = AssertRefused(BaselineFile.Render(change(Small())), "RG0204");
        Assert.Contains(says, mistake.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfinished_evaluation_is_not_pinned()
    {
        var evaluation = Measured(Bits(5, 5), Bits(4, 5), Bits(3, 5)) with { Completed = false };
        var results = ResultsDocument.Of(Rules, evaluation, Gate.Decide(Rules, evaluation, null), Tool);
        Assert.Equal("RG0208", Assert.Throws<MistakeException>(() => Pinning.Of(results, Rules)).Findings[0].Code);
    }

    [Theory]
    [InlineData(0.123456, 0.1235)]
    [InlineData(-98765.4, -98770)]
    [InlineData(1.2344e-30, 1.234e-30)]
    [InlineData(0.0, 0.0)]
    public void Four_significant_digits_are_kept(double value, double rounded) => Assert.Equal(rounded, Rounding.FourDigits(value));

    private static MistakeException AssertRefused(string text, string code)
    {
        var mistake = Assert.Throws<MistakeException>(() => BaselineFile.Read(text, "b.json"));
        Assert.Equal((ExitCode.BaselineUnusable, code), (mistake.ExitCode, mistake.Findings[0].Code));
        Assert.StartsWith("b.json", mistake.Findings[0].ToString(), StringComparison.Ordinal);
        return mistake;
    }
}
