using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Keys;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Tests;

public class AttackParametersTests
{
    public enum Loss { CrossEntropy, Dlr }

    public sealed record Probe(
        int Whole = 3, long? Large = null, double Real = 0.5, [property: Between(0, 1)] double? Share = null,
        bool Flag = true, Loss Loss = Loss.Dlr, Loss? Other = null) : Attack
    {
        public override string Name => "probe";

        public override IReadOnlyList<Norm> Norms => [Norm.L2, Norm.L1];

        public override int Queries => 1;

        public override void Run(Search search) => throw new NotSupportedException();
    }

    public sealed record Unwritable(string Text = "a") : Attack
    {
        public override string Name => "unwritable";

        public override IReadOnlyList<Norm> Norms => [Norm.Linf];

        public override int Queries => 1;

        public override void Run(Search search) => throw new NotSupportedException();
    }

    [Fact]
    public void Parameters_of_every_type_are_bound_by_their_names() => Assert.Equal(
        new Probe(-4, 5_000_000_000, 0.25, 0.75, false, Loss.CrossEntropy, Loss.Dlr),
        Read(new Probe(), "whole: -4, large: 5000000000, real: 1/4, share: 3/4, flag: false, loss: cross-entropy, other: dlr")!.Attack);

    [Fact]
    public void Defaults_are_those_of_the_catalogs_entry() =>
        Assert.Equal(new Probe(Whole: 9, Real: 0.1), Read(new Probe(Whole: 9), "real: 0.1")!.Attack);

    [Fact]
    public void The_first_norm_is_the_default() => Assert.Equal(Norm.L2, Read(new Probe(), "whole: 1")!.Norm);

    [Theory]
    [InlineData("share: 2")]
    [InlineData("loss: DLR")]
    [InlineData("loss: 1")]
    [InlineData("large: 1e3")]
    [InlineData("flag: 1")]
    [InlineData("whole: ~")]
    [InlineData("norm: linf")]
    public void Values_outside_the_parameter_are_refused(string text) => Assert.Null(Read(new Probe(), text));

    [Fact]
    public void A_parameter_that_a_policy_cannot_write_is_the_authors_mistake() =>
        Assert.Throws<NotSupportedException>(() => new RecordParameters<Attack>(new Unwritable()));

    [Fact]
    public void Every_attack_of_the_catalog_can_be_named_with_its_defaults()
    {
        Assert.NotEmpty(AttackCatalog.All);
        foreach (var attack in AttackCatalog.All)
        {
            // In l0, ε is a number of features.
            var text = PolicyText.With(13, $"  - name: {attack.Name}\n    id: probe");
            var policy = PolicyText.Read(attack.Norms[0] == Norm.L0 ? text.Replace("    epsilon: 0.1\n", "    epsilon: 3\n", StringComparison.Ordinal) : text);

            Assert.Equal(attack, policy.Attacks[0].Attack);
            Assert.Equal(attack.Norms[0], policy.Attacks[0].Norm);
        }
    }

    private static AttackEntry? Read(Attack attack, string parameters)
    {
        var reading = new Reading("robustness.yml", Path.GetTempPath());
        var node = YamlTree.Read($"{{ name: {attack.Name}, epsilon: 1, {parameters} }}", reading);
        return AttackKeys.FormOf([attack]).TryRead(node!, reading, out var entry) ? entry : null;
    }
}
