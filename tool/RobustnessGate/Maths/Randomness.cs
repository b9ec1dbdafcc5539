using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// Random streams that depend on nothing but a seed and what they are for. Nothing is carried from one use to the
/// next, so training that resumes at an epoch draws what the uninterrupted one would have drawn.
/// </summary>
internal static class Randomness
{
    public enum Purpose { Initialisation = 1, Order, Crafting, CraftingOnce, HeldOut, Augmentation }

    /// <summary>A generator of the CPU for one purpose at one moment. The caller disposes it.</summary>
    public static Generator For(long seed, Purpose purpose, long moment) =>
        new(Mix(Mix(Mix((ulong)seed) ^ (ulong)purpose) ^ (ulong)moment));

    /// <summary>SplitMix64's finaliser: a bijection whose outputs look independent for related inputs.</summary>
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
