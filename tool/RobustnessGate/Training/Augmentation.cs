using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Images shifted by up to so many pixels, with zeros coming in, and mirrored half of the time.</summary>
/// <param name="Shift">Greatest shift along each axis, in pixels.</param>
/// <param name="Mirror">Whether left and right are exchanged, each image with probability one half.</param>
internal sealed record Augmentation(int Shift, bool Mirror)
{
    /// <summary>The same for the same seed and step, whatever the images.</summary>
    /// <param name="images">(N, C, H, W), unchanged.</param>
    /// <param name="step">Steps made before this one.</param>
    /// <returns>(N, C, H, W).</returns>
    internal Tensor Of(Tensor images, long seed, long step)
    {
        using var scope = NewDisposeScope();
        using var generator = Randomness.For(seed, Randomness.Purpose.Augmentation, step);
        var (count, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var down = randint(0, (2 * Shift) + 1, [count], generator: generator);
        var right = randint(0, (2 * Shift) + 1, [count], generator: generator);
        var mirrored = (Mirror ? randint(0, 2, [count], generator: generator) : zeros(count)).to(ScalarType.Bool);

        // Where each pixel comes from, in planes with a border of zeros.
        var rows = down.to(ScalarType.Int64).unsqueeze(1) + arange(height);
        var across = arange(width).unsqueeze(0);
        var columns = right.to(ScalarType.Int64).unsqueeze(1) + where(mirrored.unsqueeze(1), width - 1 - across, across);
        var places = ((rows.unsqueeze(2) * (width + (2 * Shift))) + columns.unsqueeze(1)).reshape(count, 1, height * width);
        var bordered = nn.functional.pad(images, [Shift, Shift, Shift, Shift]).flatten(2);
        return bordered.gather(2, places.to(images.device).expand(count, channels, height * width))
            .reshape(images.shape).MoveToOuterDisposeScope();
    }
}
