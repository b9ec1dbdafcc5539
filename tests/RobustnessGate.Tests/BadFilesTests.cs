using RobustnessGate.Tests.Models;
using RobustnessGate.Tests.Samples;

namespace RobustnessGate.Tests;

/// <summary>The tables of bad files together: many, and of every kind.</summary>
public class BadFilesTests
{
    [Fact]
    public void There_are_at_least60_of_data_and_as_many_with_models_and_weights()
    {
        Assert.InRange(BadDataTests.Names.Count + BadFormatTests.Names.Count, 60, 1000);
        Assert.InRange(BadModelTests.Names.Count + WeightsFileTests.Names.Count, 60, 1000);
    }
}
