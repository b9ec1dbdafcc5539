using System.Globalization;

namespace RobustnessGate.Tests.Models;

public class ModelFuzzTests
{
    [Fact]
    public void Damaged_files_load_or_are_refused_and_nothing_else()
    {
        var (outcomes, deaths) = ChildProcess.RunAll(
            typeof(Program), ModelFuzzer.Mutants, (skip, log) => ["fuzz-models", skip.ToString(CultureInfo.InvariantCulture), log]);

        Assert.Empty(deaths);
        Assert.DoesNotContain(outcomes, line => line.StartsWith("fault\t", StringComparison.Ordinal));
        Assert.Equal(ModelFuzzer.Mutants, outcomes.Count);
        Assert.Contains(outcomes, line => line.StartsWith("loaded\t", StringComparison.Ordinal));
        Assert.True(outcomes.Where(line => line.StartsWith("refused\t", StringComparison.Ordinal)).Select(line => line.Split('\t')[1]).Distinct().Count() >= 5);
    }
}
