using RobustnessGate.Attacks.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// How wide the box of valid inputs is: published step sizes are for inputs in [0, 1] and are multiplied by it.
/// A feature without bounds counts as 1 wide.
/// </summary>
internal static class InputWidth
{
    /// <summary>(n, …): of each feature.</summary>
    public static Tensor OfFeatures(Search search)
    {
        using var scope = NewDisposeScope();
        var width = search.Reach.BoxHigh - search.Reach.BoxLow;
        return where(width.isfinite(), width, ones_like(width)).MoveToOuterDisposeScope();
    }

    /// <summary>(n): of the widest feature of each sample.</summary>
    public static Tensor OfSamples(Search search)
    {
        using var scope = NewDisposeScope();
        return OfFeatures(search).flatten(1).amax(1).MoveToOuterDisposeScope();
    }
}
