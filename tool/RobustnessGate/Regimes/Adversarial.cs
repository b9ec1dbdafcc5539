using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Regimes;

/// <summary>When adversarial examples are made.</summary>
internal enum Craft
{
    /// <summary>Before the first step, from the network as it then is: the paper's AdvTrain.</summary>
    Once,

    /// <summary>At every step, from the network of that step.</summary>
    Online,
}

/// <summary>
/// Half the cross-entropy of the samples and half that of adversarial examples made from them (Kurakin et al. 2016), by
/// sign descent on the margin, as in Yu et al. 2018, Section 8.3.
/// </summary>
/// <param name="Epsilon">Radius, L∞, raw input units.</param>
/// <param name="StepSize">Raw input units; by default 2.5·ε/steps.</param>
internal sealed record Adversarial(
    Craft Craft = Craft.Online,
    [property: Positive] double? Epsilon = null,
    [property: AtLeast(1)] int Steps = 10,
    [property: Positive] double? StepSize = null) : Regime
{
    public override string Name => "adversarial";

    public override SignAscent? CraftOnce() => Craft == Craft.Once ? Ascent() : null;

    public override Regime Within(double radius) => this with { Epsilon = Epsilon ?? radius };

    public override StepLoss Loss(TrainingStep step)
    {
        using var scope = NewDisposeScope();
        var twins = Twins(step);
        var both = step.Network.Logits(cat([step.Inputs, twins]));
        var fit = CrossEntropy(both, cat([step.Labels, step.Labels]));
        return new StepLoss(fit, fit, null).MoveToOuterScope();
    }

    /// <summary>The adversarial examples of a step's inputs, (N, …input).</summary>
    internal Tensor Twins(TrainingStep step) => Craft == Craft.Online
        ? step.Craft(Ascent(), x => -Margin.Of(step.Network.Logits(x), step.Labels))
        : step.Crafted ?? throw new InvalidOperationException("the examples to be crafted once are missing");

    private SignAscent Ascent() => Ascent(Epsilon, StepSize, Steps, rise: 1, randomStart: false);
}
