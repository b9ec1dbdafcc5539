using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>indicator</c>.</summary>
internal static class IndicatorKeys
{
    private static readonly Key<int> Samples = Key.Default(
        "samples", new WholeForm<int>(new AtLeastAttribute(1)), 100, "the first this many samples are measured");

    private static readonly Key<double> Epsilon = Key.May(
        "epsilon", new NumberForm(new PositiveAttribute()),
        "radius in linf of finite-scale quantities, in raw input units; by default the least of the attacks in that norm");

    private static readonly Key<double> EpsilonL2 = Key.May(
        "epsilon-l2", new NumberForm(new PositiveAttribute()), "radius in l2 of the paper's estimate; by default the same number as epsilon");

    private static readonly Key<int> Jitter = Key.Default(
        "jitter", new WholeForm<int>(new BetweenAttribute(0, 64)), IndicatorSection.DefaultJitter,
        "points around each sample, a thousandth of the range away, over which scale-free quantities are averaged too");

    private static readonly Key<bool> Clever = Key.Default(
        "clever", new BooleanForm(), false, "estimate CLEVER too, which takes 2,560 gradients a sample");

    public static readonly Form<IndicatorSection> Form = new SectionForm<IndicatorSection>(
        [Samples, Epsilon, EpsilonL2, Jitter, Clever],
        fields => new IndicatorSection(fields.Get(Samples))
        {
            Epsilon = fields.Find(Epsilon),
            EpsilonL2 = fields.Find(EpsilonL2),
            Jitter = fields.Get(Jitter),
            Clever = fields.Get(Clever),
        });
}
