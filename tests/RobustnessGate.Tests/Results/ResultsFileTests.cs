using System.Globalization;
using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ResultsFileTests
{
    private static ResultsDocument Example()
    {
        var policy = Policy(Natural(maxDrop: 0.005), Worst(0.3, maxDrop: 0.01), Rule("linear-radius", maxDropRatio: 0.6));
        var before = Measured(Bits(5, 6), Bits(4, 6), Bits(3, 6), Indicator(Bits(4, 4), 0.1, 0.2, null, 0.3));
        var now = Measured(Bits(5, 6), Bits(4, 6), Bits(1, 6), Indicator(Bits(4, 4), 0.1, 0.19, null, double.NaN), "d") with
        {
            Findings = [new("RG1108", Severity.Warning, null, "float32 only")],
        };
        var distances = now with { Attacks = now.Attacks.SetItem(1, now.Attacks[1] with { Distances = [0.3000000000000004, null, 0], Adversarial = "adversarial/pgd-linf-0.3.npy" }) };
        return Scene.Judged(policy, distances, Pin(policy, before));
    }

    [Fact]
    public Task Results_are_deterministic_text() => Verify(ResultsFile.Render(Example()), "json");

    [Fact]
    public void Results_survive_their_file()
    {
        var text = ResultsFile.Render(Example());
        Assert.Equal(text, ResultsFile.Render(ResultsFile.Read(text, "results.json")));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public void Results_do_not_depend_on_the_culture()
    {
        var invariant = ResultsFile.Render(Example());
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture.NumberFormat.NegativeSign = "neg";
            Assert.Equal(invariant, ResultsFile.Render(Example()));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Stored_outcomes_are_judged_again_alike()
    {
        var results = Example();
        var policy = Policy(Natural(maxDrop: 0.005), Worst(0.3, maxDrop: 0.01), Rule("linear-radius", maxDropRatio: 0.6));
        var again = Gate.DecideAgain(policy, ResultsFile.Read(ResultsFile.Render(results), "results.json").ToEvaluation(), results.Baseline);
        Assert.Equal(results.Gate.Rules.AsEnumerable(), again.Rules.AsEnumerable());
        Assert.Equal(results.Gate.Verdict, again.Verdict);
    }

    [Fact]
    public void The_contracts_names_and_shapes_are_there()
    {
        using var json = JsonDocument.Parse(ResultsFile.Render(Example()));
        var root = json.RootElement;
        Assert.Equal(1, root.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("0.1.0", root.GetProperty("tool").GetProperty("version").GetString());
        Assert.Equal("2.10.0", root.GetProperty("tool").GetProperty("torch").GetString());
        Assert.Equal("111110", root.GetProperty("natural").GetProperty("bits").GetString());
        Assert.Equal(5, root.GetProperty("natural").GetProperty("correct").GetInt32());
        var attack = root.GetProperty("attacks")[1];
        Assert.Equal("pgd-linf-0.3", attack.GetProperty("id").GetString());
        Assert.Equal(2, attack.GetProperty("interval").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, attack.GetProperty("distances")[1].ValueKind);
        Assert.Equal("100000", root.GetProperty("worstCase")[1].GetProperty("bits").GetString());
        Assert.Equal(48, root.GetProperty("data").GetProperty("sampleIds").GetBytesFromBase64().Length);
        Assert.Equal(2, root.GetProperty("indicator").GetProperty("summary").GetProperty("linearRadius").GetProperty("count").GetInt32());
        Assert.Equal(0, root.GetProperty("indicator").GetProperty("perSample").GetProperty("hessianTop").GetArrayLength());
        Assert.Equal("RG1108", root.GetProperty("gate").GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.Equal("inconclusive", root.GetProperty("gate").GetProperty("verdict").GetString());
        Assert.Equal(21, root.GetProperty("gate").GetProperty("findings")[1].GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"schemaVersion\":1}")]
    public void Text_that_is_no_results_is_a_mistake_with_a_code(string text)
    {
        var mistake = Assert.Throws<MistakeException>(() => ResultsFile.Read(text, "results.json"));
        Assert.Equal((ExitCode.InvalidInput, "RG0209"), (mistake.ExitCode, mistake.Findings[0].Code));
    }

    [Fact]
    public void Host_facts_are_in_run_json()
    {
        var run = RunDocument.Render(Measured(Bits(1, 1), Bits(1, 1), Bits(1, 1)).Run!);
        using var json = JsonDocument.Parse(run);
        Assert.Equal("cpu", json.RootElement.GetProperty("device").GetString());
        Assert.DoesNotContain("\"device\"", ResultsFile.Render(Example()), StringComparison.Ordinal);
    }
}
