using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.Tests.Surfaces;

public sealed class SurveyTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void The_most_telling_samples_of_one_model_are_the_nearest_to_the_boundary()
    {
        var parts = Run(Request());

        // Sample i exceeds the dark by (i + ½)·0.02 on both of its pixels.
        Assert.Equal(["sample-0", "sample-1", "sample-2"], parts.Select(part => part.Name));
        var grid = parts[1].Grids.Single();
        Assert.Equal((SurfaceSpace.Input, "model.onnx", 1), (grid.Space, grid.Model, grid.Origin.Sample));
        Assert.Equal(Workspace.MarginOf(1) / 2, grid.Y.Ahead!.Value, 0.003);
    }

    [Fact]
    public void Two_models_stand_side_by_side_where_the_distance_fell_most()
    {
        // The second class twice as loud: its own samples gain, the others lose, the most those that had most.
        _workspace.WriteModel("louder.onnx", 4, second: 8);
        var request = Request();
        var parts = Run(request with
        {
            Model = request.Model with { Path = _workspace["louder.onnx"] }, Compared = request.Model, Count = 1,
        });

        var part = Assert.Single(parts);
        Assert.Equal(["model.onnx", "louder.onnx"], part.Grids.Select(grid => grid.Model));
        Assert.Equal(0, part.Grids[0].Origin.Label);
        Assert.True(part.Grids[0].Y.Ahead > part.Grids[1].Y.Ahead);
    }

    [Fact]
    public void Chosen_samples_come_in_their_order()
    {
        Assert.Equal(["sample-17", "sample-3"], Run(Request() with { Samples = [17, 3] }).Select(part => part.Name));
    }

    [Fact]
    public void A_sample_that_is_not_there_is_refused()
    {
        var refused = Assert.Throws<MistakeException>(() => Run(Request() with { Samples = [40] }));

        Assert.Equal("RG0490", refused.Findings.Single().Code);
        Assert.Contains("sample 40 is not among the 40", refused.Findings.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directions_that_do_not_exist_are_a_mistake_of_the_user()
    {
        _workspace.WriteModel("model.onnx", 0);
        var refused = Assert.Throws<MistakeException>(() => Run(Request() with { Samples = [1] }));

        Assert.Contains("model.onnx: there is no such plane at sample 1: the gradient behind 'cw' is zero", refused.Findings.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_parameter_space_values_are_means_and_the_file_is_untouched()
    {
        var before = File.ReadAllBytes(_workspace["model.onnx"]);
        var setting = new SurfaceSetting(DirectionKind.Random, DirectionKind.CrossEntropy, 0.5) { Resolution = 5 };
        var part = Assert.Single(Run(Request() with { Space = SurfaceSpace.Parameters, Setting = setting }));

        Assert.Equal(40, part.Grids.Single().Origin.Samples);
        Assert.Equal(1, part.Grids.Single().Accuracies[12]);
        Assert.Equal(25, part.Grids.Single().Losses.Distinct().Count());
        Assert.Equal(before, File.ReadAllBytes(_workspace["model.onnx"]));
    }

    private SurveyRequest Request()
    {
        var policy = PolicyReader.Read(_workspace["robustness.yml"]);
        return new(policy.Model, null, policy.Data, Ground.Adversarial(0.5)) { Device = "cpu" };
    }

    private static IReadOnlyList<SurveyPart> Run(SurveyRequest request) => Survey.Run(request, _ => { }, CancellationToken.None);

    public void Dispose() => _workspace.Dispose();
}
