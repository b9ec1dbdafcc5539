using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Tests.Training;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Regimes;

public class PenaltyTests
{
    /// <summary>Regimes whose penalty of a sample depends on nothing but the sample and the weights.</summary>
    private static readonly Regime[] Penalised =
    [
        new Jacobian(0.3, GradientNorm.L1, Ramp: 0), new Jacobian(0.3, GradientNorm.L2, Ramp: 0), new Jacobian(0.3, GradientNorm.Linf, Ramp: 0),
        new Gradient(0.3, Ramp: 0), new JacobianAdversarial(0.3, Epsilon: 0.1), new Curvature(0.3, 0.4, Ramp: 0),
    ];

    public static IEnumerable<object[]> Penalties => new TheoryData<Regime>(Penalised);

    public static IEnumerable<object[]> Regimes => new TheoryData<Regime>(
    [
        .. Penalised, new Adversarial(Epsilon: 0.1), new MinMax(0.1), new Trades(2, 0.1),
    ]);

    [Theory]
    [MemberData(nameof(Regimes))]
    internal void Gradients_to_the_weights_equal_finite_differences(Regime regime)
    {
        using var scope = NewDisposeScope();
        using var network = new SmoothNetwork(3);
        using var data = SmoothNetwork.Samples(5, 4);
        var weights = network.Weights.Select(weight => weight.Value).ToArray();
        var exact = InputGradient.OfAll(Total(), weights);

        const double h = 1e-6;
        for (var w = 0; w < weights.Length; w++)
        {
            for (var i = 0; i < weights[w].numel(); i++)
            {
                var difference = (At(w, i, h) - At(w, i, -h)) / (2 * h);
                Assert.Equal(difference, exact[w].flatten()[i].item<double>(), 1e-7);
            }
        }

        Tensor Total() => regime.Loss(Step(network, data)).Total;

        double At(int w, int i, double move)
        {
            using var frozen = no_grad();
            weights[w].flatten()[i].add_(move);
            using var recording = enable_grad();
            var total = Total().item<double>();
            using var again = no_grad();
            weights[w].flatten()[i].add_(-move);
            return total;
        }
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    internal void The_penalty_of_a_batch_is_the_mean_of_its_samples_penalties(Regime regime)
    {
        using var scope = NewDisposeScope();
        using var data = SmoothNetwork.Samples(7, 4);
        AssertMeanOfSamples(regime, () => new SmoothNetwork(3), data);
    }

    [Fact]
    public void Batch_normalisation_with_running_statistics_does_not_tie_the_penalties_of_a_batch_together()
    {
        using var scope = NewDisposeScope();
        using var data = new TrainingSet(rand(7, 1, 6, 6, ScalarType.Float64), arange(7) % 3);
        AssertMeanOfSamples(new Jacobian(1, Ramp: 0), () => new LayeredNetwork(Normalised, 1, ScalarType.Float64), data);
    }

    /// <remarks>By central differences of the batch's summed margins, which know nothing of how derivatives are found.</remarks>
    [Fact]
    public void Batch_normalisation_with_the_statistics_of_the_batch_is_differentiated_through_them()
    {
        const double H = 1e-6;
        using var scope = NewDisposeScope();
        using var network = new LayeredNetwork(Normalised, 1, ScalarType.Float64) { Training = true };
        using var data = new TrainingSet(rand(4, 1, 6, 6, ScalarType.Float64), arange(4) % 3);
        var penalty = new Jacobian(1, Ramp: 0).Loss(Step(network, data)).Penalty!.item<double>();
        var slopes = Enumerable.Range(0, (int)data.Inputs.numel()).Select(i => Math.Abs(Summed(i, H) - Summed(i, -H)) / (2 * H));
        Assert.Equal(slopes.Sum() / data.Count, penalty, 1e-6);

        double Summed(int feature, double by)
        {
            using var moved = NewDisposeScope();
            using var frozen = no_grad();
            var x = data.Inputs.clone();
            x.flatten()[feature].add_(by);
            return Margin.Of(network.Logits(x), data.Labels).sum().item<double>();
        }
    }

    private static readonly Architecture Normalised = new(
        [1, 6, 6], [new Layer.Conv(4, 3), new Layer.BatchNorm(), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(3)]);

    [Fact]
    public void The_penalty_rises_over_its_ramp()
    {
        using var scope = NewDisposeScope();
        using var network = new SmoothNetwork(3);
        using var data = SmoothNetwork.Samples(5, 4);
        var shares = new[] { 0, 0.1, 0.2, 0.9 }.Select(progress =>
        {
            var loss = new Jacobian(0.5, Ramp: 0.2).Loss(Step(network, data) with { Progress = progress });
            return (loss.Total - loss.Fit).item<double>() / loss.Penalty!.item<double>();
        }).ToArray();
        Assert.Equal([0, 0.25, 0.5, 0.5], shares.Select(share => Math.Round(share, 12)));
    }

    [Fact]
    public void A_penalty_at_every_second_step_counts_double()
    {
        using var scope = NewDisposeScope();
        using var network = new SmoothNetwork(3);
        using var data = SmoothNetwork.Samples(5, 4);
        var step = Step(network, data);
        var always = new Jacobian(0.5, Ramp: 0).Loss(step);
        var sometimes = new Jacobian(0.5, Ramp: 0, Interval: 2);
        Assert.Equal(
            2 * (always.Total - always.Fit).item<double>(),
            (sometimes.Loss(step).Total - always.Fit).item<double>(), 1e-12);
        Assert.Null(sometimes.Loss(step with { Number = 1 }).Penalty);
    }

    private static void AssertMeanOfSamples(Regime regime, Func<ITrainable> fresh, TrainingSet data)
    {
        var together = Penalty(data);
        Assert.True(together > 0);
        Assert.Equal(Enumerable.Range(0, data.Count).Select(i => Penalty(data.Slice(i, 1))).Average(), together, 1e-12);

        double Penalty(TrainingSet samples)
        {
            using var network = fresh();
            return regime.Loss(Step(network, samples)).Penalty!.item<double>();
        }
    }

    private static TrainingStep Step(ITrainable network, TrainingSet data) =>
        new(network, data.Inputs, data.Labels, Number: 0, Progress: 1, new Bounds(0, 1), Seed: 5);
}
