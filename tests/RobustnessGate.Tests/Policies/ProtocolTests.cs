using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class ProtocolTests
{
    [Fact]
    public void The_standard_ensemble_has_its_id_only_as_the_standard_says()
    {
        var standard = Entry(new AutoAttack());
        Assert.Equal(
            "aa-standard-linf/1 apgd-ce(iterations=100,restarts=1) apgd-t(iterations=100,targets=9) fab-t(iterations=100,targets=9) "
            + "square(iterations=5000,area=0.8) target=none judge=any",
            Protocol(standard));
        Assert.StartsWith("aa-standard-l2/1 ", Protocol(standard with { Norm = Norm.L2 }));
        Assert.All(
            new[]
            {
                standard with { Target = new Target.LeastLikely() }, standard with { Judge = Judge.Last }, standard with { Eot = 20 },
                standard with { Quantize = 8 },
            },
            entry => Assert.StartsWith("autoattack/1 ", Protocol(entry)));
    }

    [Fact]
    public void The_papers_settings_have_their_id_and_others_do_not()
    {
        Assert.Equal("seed-2018/1 fgsm target=none judge=last", Last(new Fgsm()));
        Assert.Equal("seed-2018/1 bim steps=10 step-size=0.1 target=none judge=last", Last(new Bim(10, 0.1)));
        Assert.Equal("seed-2018/1 cw-linf steps=10 step-size=0.1 target=none judge=last", Last(new CwLinf(10, 0.1)));
        Assert.Equal("bim/1 steps=10 target=none judge=last", Last(new Bim()));
        Assert.Equal("bim/1 steps=20 step-size=0.1 target=none judge=last", Last(new Bim(20, 0.1)));
        Assert.Equal("bim/1 steps=10 step-size=0.1 target=none judge=any", Protocol(Entry(new Bim(10, 0.1))));
        Assert.Equal("pgd/1 steps=10 step-size=0.1 restarts=1 random-start=true loss=ce target=none judge=last", Last(new Pgd(10, 0.1)));
    }

    [Fact]
    public void Draws_and_levels_are_part_of_the_protocol() => Assert.Equal(
        "fgsm/1 target=none judge=any eot=5 quantize=8", Protocol(Entry(new Fgsm()) with { Eot = 5, Quantize = 8 }));

    [Fact]
    public void Draws_and_levels_are_read_and_default_to_none()
    {
        var policy = PolicyText.Read(PolicyText.With(13, "  - name: fgsm\n    eot: 5\n    quantize: 8"));
        Assert.Equal((5, 8), (policy.Attacks[0].Eot, policy.Attacks[0].Quantize));
        Assert.Equal((null, null), (policy.Attacks[1].Eot, policy.Attacks[1].Quantize));
    }

    [Fact]
    public void Levels_need_bounds()
    {
        var text = PolicyText.With(13, "  - name: fgsm\n    quantize: 8").Replace("bounds: [0, 1]", "bounds: none", StringComparison.Ordinal);
        Assert.Contains(PolicyText.Mistakes(text), finding => finding is { Code: "RG0140", Where.Line: 14 });
    }

    private static AttackEntry Entry(Attack attack) => new(
        null, attack, Norm.Linf, [Epsilon.Of(0.1)], new Target.None(), Judge.Any, "attacks[0]");

    [Fact]
    public void A_radius_says_which_smaller_ones_its_count_keeps()
    {
        var entry = Entry(new Fgsm()) with { Epsilons = [Epsilon.Of(0.3), Epsilon.Of(0.1), Epsilon.Of(0.2)] };
        Assert.Equal(
            ["fgsm/1 target=none judge=any keeps=0.1,0.2", "fgsm/1 target=none judge=any", "fgsm/1 target=none judge=any keeps=0.1"],
            entry.Runs.Select(AttackDescription.Protocol));
        Assert.All(
            new[] { entry with { Judge = Judge.Last }, entry with { Attack = new Fmn() } },
            alone => Assert.Single(alone.Runs.Select(AttackDescription.Protocol).Distinct()));
    }

    [Fact]
    public void A_box_is_no_standard()
    {
        var entry = Entry(new AutoAttack()) with { Epsilons = [Epsilon.Box] };
        Assert.StartsWith("autoattack/1 ", Protocol(entry));
    }

    private static string Protocol(AttackEntry entry) => AttackDescription.Protocol(entry.Runs.First());

    private static string Last(Attack attack) => Protocol(Entry(attack) with { Judge = Judge.Last });
}
