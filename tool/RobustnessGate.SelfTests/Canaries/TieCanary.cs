using RobustnessGate.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.SelfTests.Canaries;

/// <summary>
/// Max-pooling over a constant background: all four values of a window are equal, and the gradient of their maximum goes
/// to one of them alone. To raise a window one pixel is enough, to lower it all four must move.
/// </summary>
internal static class TieCanary
{
    private const int Samples = 16;
    private const int Windows = 16;
    private const double Background = 0.5;
    private const double Epsilon = 0.1;

    public static Canary Create()
    {
        // The sum over all windows of what the brightest pixel adds to the background, against a threshold of ±.
        var offsets = CanaryNetwork.Numbers("ties offsets", Samples, -2.4f, 2.4f);
        var values = new float[Samples * 64];
        var labels = new int[Samples];
        for (var i = 0; i < Samples; i++)
        {
            values.AsSpan(i * 64, 64).Fill((float)(Background + (offsets[i] / Windows)));
            labels[i] = offsets[i] > 0 ? 1 : 0;
        }

        return new Canary(
            "ties", "attacks that stop where equal values share a gradient", new CanaryNetwork(Forward), values, labels, [1, 8, 8],
            [LinearCanaries.Entry(new Pgd(Steps: 60, StepSize: Epsilon / 4, RandomStart: false), Epsilon)],
            measured => measured.Attacks[0].Bits.SequenceEqual(offsets.Select(IsRobust))
                ? null
                : $"{measured.Attacks[0].Bits.Ones} samples are robust, and {offsets.Count(IsRobust)} is known to be right, sample by sample");
    }

    /// <summary>Every window can be moved by ε, and no further.</summary>
    private static bool IsRobust(float offset) => Math.Abs(offset) > Windows * Epsilon;

    private static Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var score = (nn.functional.max_pool2d(x, [2, 2]) - Background).flatten(1).sum(1, keepdim: true);
        return cat([-score, score], 1).MoveToOuterDisposeScope();
    }
}
