using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Evaluation;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Surfaces;

public sealed class InputSurfaceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_middle_of_the_grid_is_the_sample_itself(bool inDouble)
    {
        var (ground, hand, point) = Ground.Smooth();
        var grid = (ground with { Double = inDouble }).Survey(Ground.Adversarial(0.4));
        var middle = grid.At(10, 10);
        var logits = hand.Logits(point);
        var margin = hand.Margin(point, ground.Label).Margin;
        var loss = Math.Log(logits.Sum(z => Math.Exp(z - logits[ground.Label])));
        var tolerance = inDouble ? 1e-12 : 1e-5;

        Assert.Equal(0, grid.X.Steps[10]);
        Assert.Equal(margin, grid.Margins[middle], tolerance);
        Assert.Equal(loss, grid.Losses[middle], tolerance);
        Assert.Equal(ground.Label, grid.Predictions[middle]);
        Assert.Equal(new SurfaceOrigin(3, ground.Label, ground.Label, grid.Margins[middle], grid.Losses[middle]), grid.Origin);
    }

    [Theory]
    [InlineData(DirectionKind.Margin)]
    [InlineData(DirectionKind.CrossEntropy)]
    [InlineData(DirectionKind.LeastLikely)]
    [InlineData(DirectionKind.Random)]
    internal void The_slope_in_the_middle_is_the_jacobian_along_the_direction(DirectionKind kind)
    {
        var (ground, hand, point) = Ground.Smooth();
        // So small a plane that third derivatives do not show, and float64 so that rounding does not either.
        var setting = Ground.Adversarial(1e-3, kind);
        var grid = ground.Survey(setting);
        var expected = Dot(hand.Margin(point, ground.Label).Gradient, DirectionOf(ground, hand, point, setting));
        var slope = (grid.Margins[grid.At(10, 11)] - grid.Margins[grid.At(10, 9)]) / (2 * grid.Y.Steps[11]);

        Assert.Equal(expected, slope, 1e-4 * Math.Abs(expected));
        Assert.NotInRange(expected, -1e-3, 1e-3);
    }

    [Fact]
    public void The_margin_direction_is_the_steepest_way_down()
    {
        var (ground, hand, point) = Ground.Smooth();
        var grid = ground.Survey(Ground.Adversarial(1e-3));
        var slope = (grid.Margins[grid.At(10, 11)] - grid.Margins[grid.At(10, 9)]) / (2 * grid.Y.Steps[11]);

        Assert.Equal(-hand.Margin(point, ground.Label).Gradient.Sum(Math.Abs), slope, 1e-3);
    }

    [Fact]
    public void In_l2_a_coordinate_along_an_axis_is_an_l2_distance()
    {
        var (ground, hand, point) = Ground.Smooth();
        var grid = ground.Survey(Ground.Adversarial(1e-3) with { Norm = Norm.L2 });
        var slope = (grid.Margins[grid.At(10, 11)] - grid.Margins[grid.At(10, 9)]) / (2 * grid.Y.Steps[11]);
        var jacobian = hand.Margin(point, ground.Label).Gradient;

        Assert.Equal(-Math.Sqrt(Dot(jacobian, jacobian)), slope, 1e-4);
    }

    [Fact]
    public void The_first_crossing_is_where_L_is_zero_and_nowhere_sooner()
    {
        var (ground, hand, point) = Ground.Smooth();
        var grid = ground.Survey(Ground.Adversarial(1));
        var crossing = Assert.NotNull(grid.Y.Ahead);
        var direction = DirectionOf(ground, hand, point, Ground.Adversarial(1));
        double L(double t) => hand.Margin([.. point.Zip(direction, (x, d) => x + (t * d))], ground.Label).Margin;

        Assert.InRange(L(crossing), -1e-5, 1e-9);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.True(L(crossing * i / 1001) > 0));
        var firstWrongNode = Enumerable.Range(10, 11).First(row => grid.Margins[grid.At(10, row)] <= 0);
        Assert.InRange(grid.Y.Steps[firstWrongNode] - crossing, 0, grid.Y.Steps[1] - grid.Y.Steps[0]);
    }

    [Fact]
    public void A_linear_network_has_a_straight_boundary_at_its_closed_form_distance()
    {
        float[] weights = [0.8f, -0.3f, 0.5f, 0.9f, -0.2f, 0.1f, -0.4f, 0.3f];
        float[] input = [0.9f, 0.4f, 0.7f, 0.6f];
        var ground = new Ground(Networks.Linear(weights, [0.1f, -0.2f]), input, 0, 4);
        var grid = ground.Survey(new SurfaceSetting(DirectionKind.Random, DirectionKind.Margin, 2) { Resolution = 41 });

        double[] difference = [.. Enumerable.Range(0, 4).Select(k => (double)weights[k] - weights[4 + k])];
        var margin = difference.Zip(input, (w, x) => w * x).Sum() + 0.1f - -0.2f;
        Assert.Equal(margin / difference.Sum(Math.Abs), grid.Y.Ahead!.Value, 1e-6);
        Assert.Null(grid.Y.Behind);

        // Every column's zero lies where the same two slopes say: L = margin + i·s − j·‖w‖₁.
        var slope = (grid.Margins[grid.At(40, 20)] - grid.Margins[grid.At(0, 20)]) / 4;
        foreach (var column in Enumerable.Range(0, 41))
        {
            foreach (var row in Enumerable.Range(0, 41))
            {
                var expected = margin + (slope * grid.X.Steps[column]) - (difference.Sum(Math.Abs) * grid.Y.Steps[row]);
                Assert.Equal(expected, grid.Margins[grid.At(column, row)], 1e-9);
            }
        }
    }

    [Fact]
    public void Predictions_change_where_the_margin_does()
    {
        var (ground, _, _) = Ground.Smooth();
        var grid = ground.Survey(Ground.Adversarial(1));

        Assert.Contains(grid.Margins, margin => margin < 0);
        Assert.All(Enumerable.Range(0, grid.Margins.Length), at => Assert.Equal(grid.Margins[at] > 0, grid.Predictions[at] == ground.Label));
    }

    [Fact]
    public void The_batch_size_changes_nothing()
    {
        var network = Networks.Convolutional("surface");
        var bed = Networks.Labelled(network, "surface images", 1, 1, 8, 8);
        var setting = new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.Margin, 0.3) { Resolution = 11 };
        var one = new Ground(network, bed.Values, bed.Labels[0], 1, 8, 8);
        var (some, many) = ((one with { BatchSize = 7 }).Survey(setting), (one with { BatchSize = 64 }).Survey(setting));

        Assert.All(some.Margins.Zip(many.Margins), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal<double>(many.Margins, (one with { BatchSize = 64 }).Survey(setting).Margins);
    }

    [Fact]
    public void Other_seeds_draw_other_planes_and_the_same_seed_the_same()
    {
        var (ground, _, _) = Ground.Smooth();
        var random = new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 0.5) { Resolution = 5 };

        Assert.Equal<double>(ground.Survey(random).Margins, ground.Survey(random).Margins);
        Assert.NotEqual<double>(ground.Survey(random).Margins, ground.Survey(random with { Seed = 1 }).Margins);
    }

    [Fact]
    public void Clipped_points_are_valid_inputs()
    {
        // L = x₁ − x₂ ranges over ±1 in the box, and further outside it.
        var ground = new Ground(Networks.Linear([1, 0, 0, 1], [0, 0]), [0.6f, 0.4f], 0, 2);
        var setting = new SurfaceSetting(DirectionKind.Random, DirectionKind.Margin, 3) { Resolution = 11, Seed = 2 };

        Assert.True(ground.Survey(setting).Margins.Max() > 1.5);
        var clipped = ground.Survey(setting with { Clip = true });
        Assert.All(clipped.Margins, margin => Assert.InRange(margin, -1.000001, 1.000001));
        Assert.True(clipped.Clipped);
    }

    [Fact]
    public void A_loss_of_nothing_has_no_sign()
    {
        var ground = new Ground(Networks.Linear([100, 100, 0, 0], [0, 0]), [0.9f, 0.8f], 0, 2) { Double = false };
        var grid = ground.Survey(new SurfaceSetting(DirectionKind.Random, DirectionKind.Margin, 0.1) { Resolution = 3 });

        Assert.Contains(0.0, grid.Losses);
        Assert.DoesNotContain(grid.Losses, loss => double.IsNegative(loss));
    }

    /// <summary>What was drawn before does not show: each surface starts its own stream.</summary>
    [Fact]
    public void A_randomised_network_has_the_same_surface_again_and_another_for_another_seed()
    {
        var linear = Networks.Linear([0.8f, -0.3f, 0.5f, 0.9f, -0.2f, 0.1f, -0.4f, 0.3f], [0.1f, -0.2f]);
        var ground = new Ground(new FunctionNetwork(x => linear.Forward(x) + (0.01 * randn_like(linear.Forward(x)))), [0.9f, 0.4f, 0.7f, 0.6f], 0, 4) { Draws = 4 };
        var setting = Ground.Adversarial(0.5) with { Resolution = 5, Epsilon = 0.1, Attack = Ground.Attack("cw-linf") };

        var one = ground.Survey(setting);
        rand(7).Dispose();
        var two = ground.Survey(setting);

        Assert.Equal(4, one.Draws);
        Assert.Equal<double>(one.Margins, two.Margins);
        Assert.Equal((one.Y.Ahead, one.Path!.Points[^1]), (two.Y.Ahead, two.Path!.Points[^1]));
        Assert.NotEqual<double>(one.Margins, ground.Survey(setting with { Seed = 6 }).Margins);
        Assert.Equal(0, (ground with { Network = linear, Draws = 1 }).Survey(setting).Draws);
    }

    [Theory]
    [InlineData(64, 784, 512)]
    [InlineData(64, 150_528, 64)]
    [InlineData(1, 150_528, 8)]
    public void Large_inputs_are_made_a_batch_at_a_time(int batch, long features, long together) =>
        Assert.Equal(together, InputPlane.Together(batch, features));

    /// <summary>The y axis: Eq. 3 by hand, or what was drawn.</summary>
    private static double[] DirectionOf(Ground ground, HandNetwork hand, double[] point, SurfaceSetting setting)
    {
        if (setting.Y == DirectionKind.Random)
        {
            using var scope = NewDisposeScope();
            return [.. InputDirections.At(ground.Network.Forward, tensor(point).unsqueeze(0), ground.Label, Ground.Id, setting).Y.data<double>()];
        }

        var logits = hand.Logits(point);
        var weights = logits.Select(z => Math.Exp(z - logits.Max())).ToArray();
        double[] softmax = [.. weights.Select(weight => weight / weights.Sum())];
        double[] OneHot(int k) => [.. Enumerable.Range(0, logits.Length).Select(i => i == k ? 1.0 : 0)];
        var gradient = setting.Y switch
        {
            DirectionKind.Margin => [.. hand.Margin(point, ground.Label).Gradient.Select(g => -g)],
            DirectionKind.CrossEntropy => hand.Gradient(point, [.. softmax.Zip(OneHot(ground.Label), (p, y) => p - y)]),
            _ => hand.Gradient(point, [.. OneHot(Array.IndexOf(logits, logits.Min())).Zip(softmax, (y, p) => y - p)]),
        };
        return [.. gradient.Select(g => (double)Math.Sign(g))];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
