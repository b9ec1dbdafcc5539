using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Surfaces;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.UseCases;

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

    /// <summary>Of sample i of the data file the class is i mod 2, and the margin grows with i.</summary>
    [Fact]
    public void Samples_drawn_at_random_keep_the_numbers_that_they_have_in_the_data_file()
    {
        var request = Request();
        request = request with { Data = request.Data with { Selection = SampleSelection.Random, Samples = 10 }, Count = 10 };
        var drawn = SampleSet.Load(request.Data, PolicyReader.Read(_workspace["robustness.yml"]).Model.Input, request.Setting.Seed).Positions;
        var parts = Run(request);

        Assert.NotEqual(drawn, drawn.Order());
        Assert.Equal(drawn.Order().Select(number => $"sample-{number}"), parts.Select(part => part.Name));
        Assert.All(parts.Select(part => part.Grids.Single()), grid =>
        {
            Assert.Equal(grid.Origin.Sample % 2, grid.Origin.Label);
            Assert.Equal(8 * Workspace.MarginOf(grid.Origin.Sample!.Value), grid.Origin.Margin, 0.04);
        });
        Assert.Equal($"sample-{drawn[7]}", Assert.Single(Run(request with { Samples = [drawn[7]] })).Name);
        var absent = Enumerable.Range(0, Workspace.Samples).Except(drawn).First();
        Assert.Contains($"sample {absent} is not among the 10", Assert.Throws<MistakeException>(() => Run(request with { Samples = [absent] })).Message, StringComparison.Ordinal);
    }

    /// <summary>Whoever reads a number in a report can type it.</summary>
    [Fact]
    public void An_evaluation_calls_its_samples_by_the_same_numbers()
    {
        var policy = PolicyReader.Read(_workspace["robustness.yml"]);
        policy = policy with { Data = policy.Data with { Selection = SampleSelection.Random, Samples = 10 } };
        using var opened = new OpenedModel(policy.Model);
        var options = new EvaluationOptions(Device: "cpu", BrokenExamples: new(Robust: null)) { Surface = BrokenExampleSurface.Layer };
        var facts = Evaluator.Run(EvaluationPlan.Of(policy), opened.Classifier, opened.Samples(policy.Data, policy.Seed), options, default);

        Assert.NotEmpty(facts.BrokenExamples);
        Assert.Equal(facts.BrokenExamples[0].Sample, facts.BrokenExamples[0].Surface!.Origin.Sample);
        Assert.All(facts.BrokenExamples, fact =>
        {
            Assert.Equal(8 * Workspace.MarginOf(fact.Sample), fact.MarginBefore, 0.04);
            var request = new SurveyRequest(policy.Model, null, policy.Data, Ground.Adversarial(0.5) with { Seed = policy.Seed }) { Samples = [fact.Sample], Device = "cpu" };
            Assert.Equal(fact.MarginBefore, Run(request).Single().Grids.Single().Origin.Margin, 1e-5);
        });
    }

    [Theory]
    [InlineData(null, 100)]
    [InlineData(7, 7)]
    public void Means_are_over_the_first_hundred_or_as_many_as_one_says_wherever_the_data_come_from(int? most, int limit)
    {
        var request = Request() with { Space = SurfaceSpace.Parameters, MostSamples = most };

        Assert.Equal(limit, request.Needed().Limit);
        Assert.Equal(limit, (request with { Data = request.Data with { Limit = 1000 } }).Needed().Limit);
        Assert.Equal(most ?? 1000, (request with { Space = SurfaceSpace.Input }).Needed().Limit);
    }

    /// <summary>Neither a limit of ours nor an order of the data's hides it.</summary>
    [Fact]
    public void A_sample_that_is_named_is_loaded()
    {
        var request = Request() with { Samples = [5, 2017] };

        Assert.Equal(2018, request.Needed().Limit);
        Assert.Null((request with { Data = request.Data with { Selection = SampleSelection.Random } }).Needed().Limit);
        Assert.Null((request with { Samples = [int.MaxValue] }).Needed().Limit);
    }

    [Fact]
    public void The_picture_of_weights_says_which_samples_it_averages_over()
    {
        var request = Request() with { Space = SurfaceSpace.Parameters, Setting = new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 0.5) { Resolution = 3 } };

        Assert.Equal("all 40 samples in use", Run(request).Single().Over);
        Assert.Equal("the first 7 samples in use", Run(request with { MostSamples = 7 }).Single().Over);
        var named = Run(request with { Samples = [3, 17] });
        Assert.Equal("samples 3, 17", named.Single().Over);
        Assert.Equal(2, named.Single().Grids.Single().Origin.Samples);
        var files = SurfacePage.Render(named).ToDictionary(file => file.Name, file => file.Text);
        Assert.Contains("over samples 3, 17", files["parameters.svg"], StringComparison.Ordinal);
        Assert.Contains("Means over samples 3, 17.", files[SurfacePage.File], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    [InlineData(double.NaN)]
    public void A_length_that_arithmetic_cannot_hold_is_a_mistake_of_the_user(double extent)
    {
        var refused = Assert.Throws<MistakeException>(() => Run(Request() with { Setting = Ground.Adversarial(extent) }));

        Assert.Equal("RG0490", refused.Findings.Single().Code);
        Assert.Throws<MistakeException>(() => Run(Request() with { Setting = Ground.Adversarial(0.5) with { Epsilon = extent } }));
    }

    [Fact]
    public void The_page_says_that_a_model_is_randomised_and_what_was_done()
    {
        var part = Run(Request() with { Samples = [3] }).Single();
        string Page(SurveyPart shown) => SurfacePage.Render([shown]).Single(file => file.Name == SurfacePage.File).Text;

        Assert.DoesNotContain("randomised", Page(part), StringComparison.Ordinal);
        var random = part with { Grids = [part.Grids[0] with { Draws = 20 }], Seed = 11 };
        Assert.Contains("is randomised", Page(random), StringComparison.Ordinal);
        Assert.Contains("mean of 20 answers drawn from seed 11", Page(random), StringComparison.Ordinal);
    }

    [Fact]
    public void Points_without_a_number_are_counted_on_the_page()
    {
        var part = Run(Request() with { Samples = [3] }).Single();
        var grid = part.Grids[0];
        var holed = part with { Grids = [grid with { Margins = grid.Margins.SetItem(0, double.NaN), Losses = grid.Losses.SetItem(1, double.PositiveInfinity) }] };

        Assert.Contains("at 2 of 441 points", SurfacePage.Render([holed]).Single(file => file.Name == SurfacePage.File).Text, StringComparison.Ordinal);
    }

    private SurveyRequest Request()
    {
        var policy = PolicyReader.Read(_workspace["robustness.yml"]);
        return new(policy.Model, null, policy.Data, Ground.Adversarial(0.5)) { Device = "cpu" };
    }

    private static IReadOnlyList<SurveyPart> Run(SurveyRequest request) => Survey.Run(request, _ => { }, CancellationToken.None);

    public void Dispose() => _workspace.Dispose();
}
