using RobustnessGate.Facts;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Surfaces;

public sealed class AttackPathTests
{
    /// <summary>L = Σ w_k·x_k + 0.4 with weights of both signs: signed steps on it never turn.</summary>
    private static Ground Linear => new(
        Networks.Linear([0.8f, -0.3f, 0.5f, 0.9f, 0, 0, 0, 0], [0.4f, 0]), [0.5f, 0.5f, 0.5f, 0.5f], 0, 4);

    [Theory]
    [InlineData("bim", DirectionKind.CrossEntropy)]
    [InlineData("cw-linf", DirectionKind.Margin)]
    internal void On_a_linear_network_signed_steps_go_straight_along_the_axis(string attack, DirectionKind kind)
    {
        var path = Path(attack, kind);

        Assert.Equal(attack, path.Attack);
        Assert.Equal(11, path.Points.Length);
        Assert.Equal(new PlanePoint(0, 0), path.Points[0]);
        Assert.All(path.Points, point => Assert.Equal(0, point.X, 1e-6));
        Assert.All(path.Points.Zip(path.Points.Skip(1)), pair => Assert.True(pair.Second.Y >= pair.First.Y - 1e-6));
        Assert.Equal(0.2, path.Points[^1].Y, 1e-6);
        Assert.All(path.Distances, distance => Assert.Equal(0, distance, 1e-6));
        Assert.Equal(1.35 - (0.2 * 2.5), path.Margins[^1], 1e-5);
    }

    [Fact]
    public void Nothing_ends_the_way_at_the_boundary()
    {
        // Within the box L falls from 0.24 to -0.02: the last steps are taken on the wrong side.
        var network = Networks.Linear([0.8f, -0.3f, 0.5f, 0.9f, 0, 0, 0, 0], [0.28f, 0]);
        var ground = new Ground(network, [0.05f, 0.5f, 0.05f, 0.05f], 0, 4);
        var path = ground.Survey(Setting("bim", DirectionKind.Margin) with { Epsilon = 0.5 }).Path!;

        Assert.True(path.Margins[0] > 0);
        Assert.Equal(11, path.Points.Length);
        Assert.True(path.Margins[^1] < 0 && path.Margins[^2] < 0, "it never crossed the boundary");
    }

    [Fact]
    public void From_a_random_start_the_sample_still_comes_first_and_the_plane_is_left()
    {
        var path = Path("pgd", DirectionKind.Margin);

        Assert.Equal(new PlanePoint(0, 0), path.Points[0]);
        Assert.NotEqual(new PlanePoint(0, 0), path.Points[1]);
        Assert.Contains(path.Distances, distance => distance > 0.05);
        Assert.All(path.Distances, distance => Assert.InRange(distance, 0, 1));
    }

    [Fact]
    public void The_box_is_the_attack_s_own()
    {
        var grid = Linear.Survey(Setting("bim", DirectionKind.Margin));

        Assert.Equal(("linf", 0.2), (grid.Box!.Norm, grid.Box.Epsilon));
        Assert.All(grid.Path!.Points, point => Assert.True(PlaneSection.Holds(grid.Box.Outline, point.X, point.Y * 0.999999)));
    }

    private static SurfacePath Path(string attack, DirectionKind kind) => Linear.Survey(Setting(attack, kind)).Path!;

    private static SurfaceSetting Setting(string attack, DirectionKind kind) =>
        Ground.Adversarial(0.3, kind) with { Epsilon = 0.2, Attack = Ground.Attack(attack) };
}
