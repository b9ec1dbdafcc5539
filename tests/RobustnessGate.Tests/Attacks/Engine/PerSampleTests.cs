using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks.Engine;

/// <summary>What an attack disposes of is out of the search's care, whenever samples are broken afterwards.</summary>
public class PerSampleTests
{
    [Fact]
    public void A_tracked_tensor_may_be_disposed_of_at_any_time_and_twice()
    {
        // The boundary lies at 0.5: the sample at 0.45 is broken after the first points are gone, that at 0.1 is not.
        var bed = new Bed(Networks.Linear([-1f, 1f], [0.5f, -0.5f]), [0.45f, 0.1f], [0, 0], [1]);
        Assert.Equal("01", bed.Run(Bed.Entry(new Careless(), 0.2)).Attacks[0].Bits.ToString());
    }

    [Fact]
    public void An_unknown_loss_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Losses.Of((Loss)77));

    [Fact]
    public void A_search_without_a_ball_has_no_radius()
    {
        Assert.Null(Limit.Box.Radius);
        Assert.Null(Limit.None.Radius);
        Assert.Equal(double.PositiveInfinity, Limit.None.Farthest(0));
        Assert.Equal(0.3, Limit.Of(Epsilon.Of(0.3)).Radius);
        Assert.True(Limit.Of(Epsilon.Box).IsBox);
        Assert.Throws<ArgumentOutOfRangeException>(() => Limit.Ball(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Limit.Ball(double.PositiveInfinity));
    }

    private sealed record Careless : Attack
    {
        public override string Name => "careless";

        public override IReadOnlyList<Norm> Norms => [Norm.Linf];

        public override int Queries => 2;

        public override void Run(Search search)
        {
            for (var step = 0; step < 2 && search.Any; step++)
            {
                using var scope = NewDisposeScope();
                using var points = search.AtSamples();
                points.Value = points.Value + (0.2 * step);
                search.Conclude(points);
                points.Dispose();
            }
        }
    }
}
