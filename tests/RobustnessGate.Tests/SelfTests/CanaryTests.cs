using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using RobustnessGate.SelfTests.Canaries;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.SelfTests;

/// <summary>The canaries come out as known, and with attacks that are broken on purpose they do not.</summary>
public class CanaryTests
{
    /// <summary>Every mutant that must be caught: the attack whose place it takes, and what is wrong with it.</summary>
    public static TheoryData<string> Mutants =>
    [
        "pgd: sign flipped", "pgd: last step unjudged", "pgd: half the radius", "bim: sign flipped", "fgsm: sign flipped",
        "apgd-t: wrong class", "apgd-t: sign flipped", "apgd-ce: sign flipped", "fab-t: no step through", "square: sign flipped",
    ];

    [Fact]
    public void Every_canary_comes_out_as_known()
    {
        var outcomes = CanarySuite.Run(CancellationToken.None);
        Assert.Equal(outcomes.Count, outcomes.Select(outcome => outcome.Name).Distinct().Count());
        Assert.Equal("", string.Join("; ", outcomes.Where(outcome => !outcome.Passed).Select(outcome => $"{outcome.Name}: {outcome.Seen}")));
        Assert.True(outcomes.Count >= 10);
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_broken_attack_is_noticed(string mutant)
    {
        var name = mutant.Split(':')[0];
        var concerned = CanarySuite.All.Where(canary => canary.Attacks.Any(entry => entry.Attack.Name == name));
        Assert.Contains(concerned, canary => !canary.Run(
            attack => attack.Name == name ? new Mutant(attack, mutant[(name.Length + 2)..]) : attack, CancellationToken.None).Passed);
    }

    /// <summary>An attack that does what the original does, wrongly.</summary>
    private sealed record Mutant(Attack Original, string Fault) : Attack
    {
        public override string Name => Original.Name;

        public override IReadOnlyList<Norm> Norms => Original.Norms;

        public override bool MinimalNorm => Original.MinimalNorm;

        public override int Queries => Original.Queries;

        public override void Run(Search search)
        {
            switch (Fault)
            {
                case "sign flipped":
                    Walk(search, (logits, classes) => Margin.Of(logits, classes), 1);
                    break;
                case "half the radius":
                    Walk(search, (logits, classes) => -Margin.Of(logits, classes), 0.5);
                    break;
                case "wrong class":
                    // Away from the true class and towards the least likely one alone.
                    Walk(search, (logits, classes) => logits.amin(1) - logits.gather(1, classes.unsqueeze(1)).squeeze(1), 1);
                    break;
                case "last step unjudged":
                    Walk(search, (logits, classes) => -Margin.Of(logits, classes), 1, steps: 1, conclude: false);
                    break;
                case "no step through":
                    Walk(search, (logits, classes) => -Margin.Of(logits, classes), 1, steps: 0);
                    break;
                default:
                    throw new ArgumentException(Fault);
            }
        }

        private void Walk(Search search, LossFunction loss, double share, int steps = 10, bool conclude = true)
        {
            using var points = search.AtSamples();
            var radius = MinimalNorm ? 0.1 : search.Reach.Radius;
            for (var step = 0; step < steps && search.Any; step++)
            {
                using var scope = NewDisposeScope();
                var seen = search.Observe(points, [search.Towards(loss)]);
                points.Value = points.Value + (seen.Gradient.sign() * radius * share);
                points.Value = search.Clean + (points.Value - search.Clean).clamp(-radius * share, radius * share);
            }

            if (conclude && search.Any)
            {
                search.Conclude(points);
            }
        }
    }
}
