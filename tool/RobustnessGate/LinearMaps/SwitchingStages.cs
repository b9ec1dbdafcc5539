using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

internal sealed class RectifyingStage : SymmetricStage
{
    protected override Tensor Apply(Tensor x) => F.relu(x);

    // The sign of what is never negative is 1 where it passes.
    protected override Tensor Push(Tensor change) => ThroughGraph(change)?[0] ?? change * Output.detach().sign();
}

/// <summary>The maximum of each square window, rectified afterwards or not.</summary>
internal sealed class MaximumStage(long kernel, long stride, long padding, bool rectified = false) : UnaryStage
{
    private Tensor _indices = null!;

    public MaximumStage Rectified() => new(kernel, stride, padding, rectified: true);

    public override Field? Sees(Field inputs) => inputs.Through([kernel, kernel], [stride, stride], [padding, padding], [1, 1]);

    protected override Tensor Apply(Tensor x)
    {
        (var greatest, _indices) = F.max_pool2d_with_indices(x, [kernel, kernel], [stride, stride], [padding, padding]);
        return rectified ? F.relu(greatest) : greatest;
    }

    protected override Tensor Push(Tensor change)
    {
        var greatest = change.flatten(2).gather(2, Places(change)).reshape([change.shape[0], .. Output.shape[1..]]);
        return rectified ? greatest * Output.detach().sign() : greatest;
    }

    protected override Tensor PullBack(Tensor gradient)
    {
        var passed = rectified ? gradient * Output.detach().sign() : gradient;
        var shape = ShapeFor(gradient);
        return zeros([shape[0], shape[1], shape[2] * shape[3]], dtype: gradient.dtype, device: gradient.device)
            .scatter_add_(2, Places(gradient), passed.flatten(2)).reshape(shape);
    }

    private Tensor Places(Tensor rows)
    {
        var flat = _indices.flatten(2);
        return flat.expand(rows.shape[0], flat.shape[1], flat.shape[2]);
    }
}
