using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>A smooth activation. Its derivatives are computed once a pass, when first asked for.</summary>
internal sealed class CurveStage(Curve curve) : SymmetricStage
{
    private (Tensor Slope, Tensor Bend)? _derivatives;

    public override bool Curved => !curve.IsLine;

    public override void Prepare() => Derivatives();

    public override Tensor[] Bend(Tensor[] changes, Tensor gradient) => [Derivatives().Bend * gradient * changes[0]];

    protected override Tensor Apply(Tensor x)
    {
        _derivatives = null;
        return curve.Of(x);
    }

    protected override Tensor Push(Tensor change) => change * Derivatives().Slope;

    private (Tensor Slope, Tensor Bend) Derivatives()
    {
        if (_derivatives is not { } known)
        {
            using var frozen = no_grad();
            var jet = curve.JetOf(Input.detach());
            _derivatives = known = (jet.Slope, jet.Bend);
        }

        return known;
    }
}

/// <summary>Multiplies two values: a gate.</summary>
internal sealed class ProductStage : Stage
{
    public override bool Curved => true;

    public override Tensor Push(Tensor[] changes) => (changes[0] * Inputs[1].detach()) + (Inputs[0].detach() * changes[1]);

    public override Tensor[] Pull(Tensor gradient) =>
        [Narrowed(gradient * Inputs[1].detach(), Inputs[0]), Narrowed(gradient * Inputs[0].detach(), Inputs[1])];

    public override Tensor[] Bend(Tensor[] changes, Tensor gradient) =>
        [Narrowed(gradient * changes[1], Inputs[0]), Narrowed(gradient * changes[0], Inputs[1])];

    protected override Tensor Apply(Tensor[] inputs) => inputs[0] * inputs[1];
}
