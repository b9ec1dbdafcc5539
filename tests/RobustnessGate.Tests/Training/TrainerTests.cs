using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Training;

public class TrainerTests
{
    private static readonly Architecture Small = new(
        [1, 6, 6],
        [
            new Layer.Conv(4, 3), new Layer.BatchNorm(), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Flatten(), new Layer.Linear(3),
        ]);

    private static readonly TrainingOptions Options = new(
        Epochs: 3, BatchSize: 16, LearningRate: 0.02, new Optimizer.Adam(), new Schedule.Cosine(), new Bounds(0, 1), Seed: 9);

    /// <summary>All of the catalogue, and every way of crafting.</summary>
    public static IEnumerable<object[]> Regimes => new TheoryData<Regime>(
    [
        .. RegimeCatalog.All.Select(regime => regime.Within(0.05)),
        new Adversarial(Craft.Once, 0.05), new JacobianAdversarial(Craft: Craft.Once, Epsilon: 0.05),
    ]);

    /// <summary>With penalties that leave room to fit 96 small images in a few epochs.</summary>
    public static IEnumerable<object[]> GentleRegimes => new TheoryData<Regime>(
    [
        new Natural(), new Jacobian(), new Gradient(0.1), new Adversarial(Epsilon: 0.05), new Adversarial(Craft.Once, 0.05),
        new JacobianAdversarial(Epsilon: 0.05), new MinMax(0.05), new Trades(1, 0.05), new Curvature(0.02, 0.3),
    ]);

    [Theory]
    [MemberData(nameof(Regimes))]
    internal void The_same_seed_gives_the_same_weights(Regime regime)
    {
        Assert.Equal(TrainedState(regime, 1), TrainedState(regime, 1));
        Assert.NotEqual(TrainedState(regime, 1), TrainedState(regime, 2));
    }

    [Theory]
    [MemberData(nameof(GentleRegimes))]
    internal void Training_learns_what_can_be_learnt(Regime regime)
    {
        using var data = Stripes();
        using var network = new LayeredNetwork(Small, seed: 1);
        var reports = new List<EpochReport>();
        Trainer.Run(new(network, data, regime, Options with { Epochs = 8 }), reports.Add, CancellationToken.None);
        Assert.InRange(Accuracy.Natural(network, data), data.Count - 5, data.Count);
        Assert.Equal(Enumerable.Range(1, 8), reports.Select(report => report.Epoch));
    }

    [Theory]
    [MemberData(nameof(Regimes))]
    internal void Training_steps_leave_no_tensor_behind(Regime regime)
    {
        using var data = Stripes();
        using var network = new LayeredNetwork(Small, seed: 1);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Trainer.Run(new(network, data, regime, Options), _ => { }, CancellationToken.None);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Running_statistics_follow_the_batches_and_stand_still_in_evaluation()
    {
        using var scope = NewDisposeScope();
        using var data = Stripes();
        using var network = new LayeredNetwork(Small, seed: 1);
        // Whole batches, and steps too small to move a weight: three updates by a tenth of the same mean.
        var options = Options with { BatchSize = data.Count, LearningRate = 1e-30 };
        Trainer.Run(new(network, data, new Natural(), options), _ => { }, CancellationToken.None);
        var convolved = nn.functional.conv2d(data.Inputs, network[0, "weight"], network[0, "bias"]);
        var trained = network[1, "mean"].clone();
        Assert.True(allclose(convolved.mean([0, 2, 3]) * (1 - Math.Pow(0.9, options.Epochs)), trained, rtol: 1e-4, atol: 1e-6));
        network.Logits(data.Inputs);
        Assert.True(trained.Equals(network[1, "mean"]));
    }

    public static IEnumerable<object[]> Divergences => new TheoryData<Regime, double, string>()
    {
        { new Natural(), 1e38, "lower the learning rate" },
        { new Jacobian(1e300, Ramp: 0), 0.01, "lower the regime's coefficient" },
    };

    [Theory]
    [MemberData(nameof(Divergences))]
    internal void A_loss_that_is_no_number_is_explained(Regime regime, double learningRate, string advice)
    {
        using var data = Stripes();
        using var network = new LayeredNetwork(Small, seed: 1);
        var options = Options with { LearningRate = learningRate, Optimizer = new Descent(), Schedule = new Schedule.Cosine(Warmup: 0) };
        var mistake = Assert.Throws<MistakeException>(() => Trainer.Run(
            new(network, data, regime, options), _ => { }, CancellationToken.None));
        var finding = Assert.Single(mistake.Findings);
        Assert.Equal("RG0480", finding.Code);
        Assert.Contains(advice, finding.Message, StringComparison.Ordinal);
        Assert.True(DiagnosticCatalog.Titles.ContainsKey("RG0480"));
    }

    [Fact]
    public void Crafted_points_lie_in_the_ball_and_in_the_box_and_raise_the_objective()
    {
        using var scope = NewDisposeScope();
        using var data = Stripes();
        using var network = new LayeredNetwork(Small, seed: 1);
        using var generator = new Generator(1);
        Tensor Objective(Tensor x) => nn.functional.cross_entropy(network.Logits(x), data.Labels, reduction: nn.Reduction.None);
        var points = new SignAscent(0.1, 0.03, 5, RandomStart: true).Run(Objective, data.Inputs, new Bounds(0, 1), generator);
        Assert.True((points - data.Inputs).abs().max().item<float>() <= 0.1f + 1e-6f);
        Assert.True(points.min().item<float>() >= 0 && points.max().item<float>() <= 1);
        Assert.True(Objective(points).sum().item<float>() > Objective(data.Inputs).sum().item<float>());
    }

    /// <summary>Plain gradient descent: Adam's steps are as long however great the gradient is, so that it seldom diverges.</summary>
    private sealed record Descent : Optimizer
    {
        public override IReadOnlyList<string> Moments { get; } = [];

        public override void Move(Tensor weight, Tensor gradient, IReadOnlyList<Tensor> moments, long step, double rate) =>
            weight.add_(gradient, -rate);
    }

    private static float[] TrainedState(Regime regime, long seed)
    {
        using var data = Stripes();
        using var network = new LayeredNetwork(Small, seed);
        Trainer.Run(new(network, data, regime, Options with { Seed = seed }), _ => { }, CancellationToken.None);
        return [.. network.State().SelectMany(part => part.Value.data<float>().ToArray())];
    }

    /// <summary>Noise with a bright row, a bright column or neither: three classes that a small network can tell apart.</summary>
    internal static TrainingSet Stripes()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var labels = arange(96) % 3;
        var images = rand([96, 1, 6, 6], generator: generator) * 0.3;
        for (var i = 0; i < 96; i++)
        {
            if (i % 3 == 0)
            {
                images[i, 0, 1 + (i % 4)].add_(0.7);
            }
            else if (i % 3 == 1)
            {
                images[i, 0, TensorIndex.Colon, 1 + (i % 4)].add_(0.7);
            }
        }

        return new(images, labels);
    }
}
