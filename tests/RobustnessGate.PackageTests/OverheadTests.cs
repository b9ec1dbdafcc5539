using Xunit.Abstractions;

namespace RobustnessGate.PackageTests;

[Collection(PackagesCollection.Name)]
public class OverheadTests(Packages packages, ITestOutputHelper output)
{
    [Fact]
    public void A_build_without_changes_costs_at_most_a_third_of_a_second_more_than_without_the_package()
    {
        var with = new Project(packages, "with");
        var without = new Project(packages, "without", withPackage: false);
        with.Build().Succeeded();
        without.Build().Succeeded();

        // A busy machine only ever adds to a measurement, so a slow median is measured again before it counts.
        var median = Enumerable.Range(0, 3).Select(_ => Median(with, without)).FirstOrDefault(seconds => seconds <= Limit, double.NaN);

        Assert.True(median <= Limit, "see the measurements");
    }

    private const double Limit = 0.3;

    private double Median(Project with, Project without)
    {
        var differences = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            // In turn, so that a slow moment of the machine meets both.
            var (plain, gated) = (without.Build().Succeeded().Elapsed, with.Build().Succeeded().Elapsed);
            differences.Add((gated - plain).TotalSeconds);
            output.WriteLine(FormattableString.Invariant($"without {plain.TotalSeconds:F2} s, with {gated.TotalSeconds:F2} s"));
        }

        var median = differences.Order().ElementAt(2);
        output.WriteLine(FormattableString.Invariant($"median difference {median:F2} s"));
        return median;
    }
}
