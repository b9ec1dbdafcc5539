using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>The samples that one attack searches together, and what it means for one of them to be broken.</summary>
/// <param name="Clean">(n, …) float32 in raw input units.</param>
/// <param name="Low">Least valid value of every feature, shaped like the samples.</param>
/// <param name="High">Greatest valid value.</param>
/// <param name="Classes">(n) int64: the true classes, or the targets.</param>
/// <param name="Targeted">Whether <paramref name="Classes"/> are targets.</param>
/// <param name="CleanLogits">(n, K): logits at the samples.</param>
/// <param name="Ids">Sample ids: with seed and purpose they name the streams of noise.</param>
/// <param name="Purpose">The attack's name, or what else the noise is for.</param>
internal sealed record SearchBatch(
    Tensor Clean, Tensor Low, Tensor High, Tensor Classes, bool Targeted, Tensor CleanLogits, ulong[] Ids, long Seed, string Purpose)
{
    /// <summary>The levels to which points are rounded before the model sees them; null for any float.</summary>
    public Quantization? Quantization { get; init; }

    /// <summary>Whether the last dimension of an image holds its channels.</summary>
    public bool ChannelsLast { get; init; }

    public int Count => Ids.Length;

    /// <summary>What it means for one of them to be broken.</summary>
    public Criterion Criterion => new(Targeted);

    /// <summary>Random numbers that depend on seed, purpose, sample, run and step alone.</summary>
    public CounterRandom Stream(int position, int run, int step) =>
        CounterRandom.For(Seed, Purpose, Ids[position], (ulong)run, (ulong)step);
}
