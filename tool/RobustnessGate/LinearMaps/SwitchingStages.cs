using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

internal sealed class RectifyingStage : Stage
{
    private Tensor _output = null!;

    public override Tensor Forward(Tensor x) => _output = F.relu(x);

    // The sign of what is never negative is 1 where it passes.
    public override Tensor Push(Tensor change) => change * _output.detach().sign();
}

/// <summary>The maximum of each square window, rectified afterwards or not.</summary>
internal sealed class MaximumStage(long kernel, long stride, long padding, bool rectified = false) : Stage
{
    private Tensor _output = null!;
    private Tensor _indices = null!;

    public override Tensor Forward(Tensor x)
    {
        (var greatest, _indices) = F.max_pool2d_with_indices(x, [kernel, kernel], [stride, stride], [padding, padding]);
        return _output = rectified ? F.relu(greatest) : greatest;
    }

    public override Tensor Push(Tensor change)
    {
        var greatest = change.flatten(2).gather(2, _indices.flatten(2)).reshape(_output.shape);
        return rectified ? greatest * _output.detach().sign() : greatest;
    }

    public MaximumStage Rectified() => new(kernel, stride, padding, rectified: true);
}
