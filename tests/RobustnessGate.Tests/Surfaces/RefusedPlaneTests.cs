using RobustnessGate.Maths;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Surfaces;

/// <summary>Planes that do not exist at a sample, or on which there would be nothing to see.</summary>
public sealed class RefusedPlaneTests
{
    [Fact]
    public void A_flat_network_has_no_adversarial_direction()
    {
        var ground = new Ground(new FunctionNetwork(x => (x.flatten(1) * 0).narrow(1, 0, 2)), [0.5f, 0.5f], 0, 2);

        var refused = Assert.Throws<NoDirectionException>(() => ground.Survey(Ground.Adversarial(1)));
        Assert.Contains("'cw' is zero", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Norm.Linf, true)]
    [InlineData(Norm.L2, true)]
    [InlineData(Norm.L2, false)]
    public void Two_gradients_of_a_model_of_two_classes_span_no_plane(Norm norm, bool wide)
    {
        var linear = Networks.Linear([0.8f, -0.3f, 0.5f, 0.9f, -0.2f, 0.1f, -0.4f, 0.3f], [0.1f, -0.2f]);
        var ground = new Ground(new FunctionNetwork(linear.Forward, wide), [0.9f, 0.4f, 0.7f, 0.6f], 0, 4) { Double = wide };
        var setting = new SurfaceSetting(DirectionKind.CrossEntropy, DirectionKind.Margin, 1) { Resolution = 5, Norm = norm, Epsilon = 0.1 };

        var refused = Assert.Throws<NoDirectionException>(() => ground.Survey(setting));
        Assert.Contains("'ce' and 'cw' point the same way", refused.Message, StringComparison.Ordinal);
        Assert.Contains("put 'orthogonal' beside", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_of_one_number_has_no_plane()
    {
        var ground = new Ground(Networks.Linear([1, -1], [0, 0]), [0.5f], 0, 1);

        Assert.Contains("single number", Assert.Throws<NoDirectionException>(() => ground.Survey(Ground.Adversarial(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_that_is_no_number_is_said_to_be_none()
    {
        var ground = new Ground(new FunctionNetwork(x => (x.flatten(1).narrow(1, 0, 2) - 0.5f).sqrt()), [0.5f, 0.6f], 1, 2) { Double = false };

        Assert.Contains("'cw' is no number", Assert.Throws<NoDirectionException>(() => ground.Survey(Ground.Adversarial(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_without_a_margin_is_no_blank_picture()
    {
        var ground = new Ground(new FunctionNetwork(x => x.flatten(1).narrow(1, 0, 2) / 0.0f), [0.5f, 0.6f], 1, 2);
        var random = new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1) { Resolution = 5 };

        Assert.Contains("L is no number at the sample itself", Assert.Throws<NoDirectionException>(() => ground.Survey(random)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_overflows_everywhere_else_is_no_blank_picture()
    {
        var ground = new Ground(new FunctionNetwork(x => (x - 0.5f).flatten(1) * 1e38f), [0.5f, 0.5f], 1, 2) { Double = false };
        var random = new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1e6) { Resolution = 3, Seed = 2 };

        Assert.Contains("smaller --extent", Assert.Throws<NoDirectionException>(() => ground.Survey(random)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_float32_loses_are_refused()
    {
        var ground = new Ground(Networks.Linear([1, 0, 0, 1], [0, 0]), [0.6f, 0.4f], 0, 2) { Double = false };

        Assert.Contains("greater --extent", Assert.Throws<NoDirectionException>(() => ground.Survey(Ground.Adversarial(1e-9))).Message, StringComparison.Ordinal);
        Assert.Equal(21, ground.Survey(Ground.Adversarial(1e-4)).Columns);
    }

    /// <summary>Beside black pixels the smallest step is kept; what the network adds up to does not notice it.</summary>
    [Fact]
    public void A_plane_that_the_network_does_not_feel_is_no_blank_picture()
    {
        var ground = new Ground(Networks.Linear([1, 0, 1, 0, 1, 0], [0, 0]), [0.6f, 0, 0.4f], 0, 3) { Double = false };

        Assert.Contains("the same number at every point", Assert.Throws<NoDirectionException>(() => ground.Survey(Ground.Adversarial(1e-20))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 1.0)]
    [InlineData(1, 1.0)]
    [InlineData(21, 0.0)]
    [InlineData(21, double.NaN)]
    [InlineData(21, 1e300)]
    [InlineData(21, 1e-300)]
    public void A_plane_without_a_middle_or_an_extent_is_refused(int resolution, double extent)
    {
        var (ground, _, _) = Ground.Smooth();

        Assert.Throws<ArgumentException>(() => ground.Survey(Ground.Adversarial(extent) with { Resolution = resolution }));
    }
}
