using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class RuleTargetsTests
{
    internal const string Text = """
        version: 1
        model: { path: net.onnx, input: { shape: [4], bounds: [0, 1] } }
        data: { images: x.npz, lower: l.npy, upper: u.npy }
        indicator: {}
        attacks:
          - { name: fgsm, epsilon: [0.1, 0.2, 0.3] }
          - { name: pgd, epsilon: 0.1 }
          - { name: pgd, id: strong, epsilon: 0.1, steps: 100 }
          - { name: pgd, norm: l2, epsilon: 1 }
          - { name: bim, id: sweep, epsilon: [0.1, 8/255] }
          - { name: bim, id: region, epsilon: box }
        gate:
          rules:
            - { metric: natural-accuracy, min: 0.9 }
            - { metric: robust-accuracy, attack: fgsm, epsilon: 2/10, min: 0.1 }
            - { metric: robust-accuracy, attack: fgsm-linf-0.3, min: 0.1 }
            - { metric: robust-accuracy, attack: strong, min: 0.1 }
            - { metric: robust-accuracy, attack: sweep, epsilon: 8/255, min: 0.1 }
            - { metric: robust-accuracy, attack: bim, epsilon: box, min: 0.1 }
            - { metric: worst-case-accuracy, epsilon: 0.1, min: 0.1 }
            - { metric: worst-case-accuracy, epsilon: 5, norm: l2, min: 0.1 }
            - { metric: worst-case-accuracy, epsilon: box, min: 0.1 }
            - { metric: linear-radius, min: 0.1 }
        """;

    private static readonly Policy Policy = PolicyText.Read(Text);

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "fgsm-linf-0.2")]
    [InlineData(2, "fgsm-linf-0.3")]
    [InlineData(3, "strong")]
    [InlineData(4, "sweep-0.03137254901960784")]
    [InlineData(5, "region")]
    [InlineData(6, "fgsm-linf-0.1 pgd-linf-0.1 strong sweep-0.1 sweep-0.03137254901960784")]
    [InlineData(7, "pgd-l2-1")]
    [InlineData(8, "region")]
    [InlineData(9, "")]
    public void A_rule_speaks_of_these_runs(int rule, string expected) =>
        Assert.Equal(expected, string.Join(' ', RuleTargets.Resolve(Policy, Policy.Gate.Rules[rule]).Select(run => run.Id)));

    [Fact]
    public void An_ambiguous_name_asks_for_an_id()
    {
        var text = PolicyText.With(17, "  - { name: pgd, id: other, epsilon: 0.2 }");

        Assert.Contains("pgd-linf-0.2, other. Name one by its id", PolicyText.Mistakes(text)[0].Message, StringComparison.Ordinal);
    }
}
