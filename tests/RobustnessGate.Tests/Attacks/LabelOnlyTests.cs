using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks;

/// <summary>The guide's halving on labels alone, as an attack: it closes in on the boundary of each sample.</summary>
public class LabelOnlyTests
{
    [Fact]
    public void Halving_finds_the_boundary_of_each_sample()
    {
        // The boundary lies at 0.5; the last sample is wrong without any attack.
        var bed = new Bed(Networks.Linear([-1f, 1f], [0.5f, -0.5f]), [0.1f, 0.25f, 0.4f, 0.6f], [0, 0, 0, 0], [1]);
        var fact = bed.Run(Bed.Entry(new Halving(), 0.2)).Attacks[0];
        Assert.Equal("1100", fact.Bits.ToString());
        Assert.All(fact.Distances!.Value.Zip([0.4, 0.25, 0.1, 0.0]), pair => Assert.Equal(pair.Second, pair.First!.Value, 1e-4));
    }

    /// <summary>Between the sample and the upper bounds.</summary>
    private sealed record Halving : Attack
    {
        public override string Name => "halving";

        public override IReadOnlyList<Norm> Norms => [Norm.Linf];

        public override bool MinimalNorm => true;

        public override int Queries => 20;

        public override void Run(Search search)
        {
            using var near = search.AtSamples();
            using var far = search.Track(search.Reach.BoxHigh.clone());
            for (var step = 0; step < Queries && search.Any; step++)
            {
                using var scope = NewDisposeScope();
                using var middle = search.Track((near.Value + far.Value) / 2);
                var through = search.Observe(middle, [], gradients: false, bounded: false).Margins.lt(0);
                var wide = Lp.PerRow(through, middle.Value);
                far.Value = where(wide, middle.Value, far.Value);
                near.Value = where(wide, near.Value, middle.Value);
            }
        }
    }
}
