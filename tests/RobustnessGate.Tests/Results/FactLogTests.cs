using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Tests;

public class FactLogTests
{
    private static readonly Fact[] Facts =
    [
        new ModelFact("onnx", new string('a', 64), 54186, 10, null),
        new DataFact(new string('b', 64), 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255], [3, 1]),
        new NaturalFact(BitString.Parse("10"), [3, 7]),
        new AttackFact("cw-l2-ε", "cw-l2", "cw/1", "l2", 8.0 / 255, false, BitString.Parse("00"), 12, 11, "adversarial/x.npy", [0.1, null], [5, 7]),
        new AttackFact("pgd-linf-box", "pgd", "pgd/1", "linf", null, true, BitString.Parse("10"), 12, 11, null, null, []),
        new IndicatorFact(2, ImmutableSortedDictionary<string, ImmutableArray<double?>>.Empty.Add("margin", [1.5, null]), [[1, double.NaN], []], BitString.Parse("10")),
        new FindingFact(new("RG1108", Severity.Warning, new Location("robustness.yml", 3, 4), "line\nbreak")),
        new FindingFact(new("RG1108", Severity.Note, null, "nowhere")),
        new RunFact("2.10.0", "cpu", 1, 64, 1.25, ImmutableSortedDictionary<string, double>.Empty.Add("natural", 0.5)),
        new CompletedFact(),
    ];

    private static string Log => string.Concat(Facts.Select(FactLog.Line));

    [Fact]
    public void Every_fact_survives_the_log()
    {
        Assert.Equal(Facts.Length, Log.Count(c => c == '\n'));
        var evaluation = FactLog.Read(Log);
        Assert.Equal(Log, string.Concat(Lines(evaluation)));
        Assert.True(evaluation.Completed);
        Assert.Equal(new double?[] { 0.1, null }, evaluation.Attacks[0].Distances!.Value.ToArray());
        Assert.Equal(8.0 / 255, evaluation.Attacks[0].Epsilon);
        Assert.Null(evaluation.Attacks[1].Epsilon);
        Assert.True(double.IsNaN(evaluation.Indicator!.HessianTop[0][1]));
        Assert.Equal(new Location("robustness.yml", 3, 4), evaluation.Findings[0].Where);
    }

    [Fact]
    public void A_torn_last_line_is_left_out()
    {
        for (var length = 0; length < Log.Length; length += 7)
        {
            var evaluation = FactLog.Read(Log[..length]);
            Assert.False(evaluation.Completed);
            Assert.Equal(Log[..length].LastIndexOf('\n') + 1, string.Concat(Lines(evaluation)).Length);
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("{}\n")]
    [InlineData("null\n")]
    [InlineData("{\"kind\":\"unheard-of\"}\n")]
    [InlineData("{\"kind\":\"completed\",\"more\":1}\n")]
    [InlineData("{\"kind\":\"natural\",\"bits\":\"10\"}\n")]
    [InlineData("{\"kind\":\"natural\",\"bits\":\"1x\",\"predictions\":[1,2]}\n")]
    [InlineData("{\"kind\":\"natural\",\"bits\":null,\"predictions\":[1,2]}\n")]
    [InlineData("{\"kind\":\"comple\n{\"kind\":\"completed\"}\n")]
    public void Any_other_damage_is_refused(string text) => Assert.Throws<FormatException>(() => FactLog.Read(text));

    private static IEnumerable<string> Lines(EvaluationFacts e) => new Fact?[] { e.Model, e.Data, e.Natural }
        .Concat(e.Attacks).Append(e.Indicator).Concat(e.Findings.Select(finding => new FindingFact(finding))).Append(e.Run)
        .Append(e.Completed ? new CompletedFact() : null).OfType<Fact>().Select(FactLog.Line);
}
