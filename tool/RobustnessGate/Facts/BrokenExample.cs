using System.Collections.Immutable;

namespace RobustnessGate.Facts;

/// <summary>Asks for samples worth a look: broken now, but not before.</summary>
/// <param name="Robust">Ids, 8 bytes each, of the samples that withstood everything before; null: nothing is known of before.</param>
/// <param name="ModelSha256">Of the model that they withstood it on; null where nobody knows.</param>
internal sealed record BrokenExampleRequest(byte[]? Robust, string? ModelSha256 = null)
{
    private readonly HashSet<ulong>? _robust = Robust is null ? null : [.. SampleIdList.Of([.. Robust])];

    /// <summary>More than this is no picture that anyone could tell pixels in.</summary>
    private const int MostFeatures = 3 * 512 * 512;

    /// <summary>Whether inputs are images as pictures take them: the first of three dimensions holds the channels.</summary>
    public static bool CanShow(Policies.InputSection input) => ImageShape.Is(input.Shape)
        && (input.Shape.Length == 2 || input.Layout != Policies.ChannelLayout.ChannelsLast) && input.Size <= MostFeatures;

    /// <summary>Whether a sample withstood everything before, as far as is known.</summary>
    public bool WasRobust(ulong id) => _robust?.Contains(id) ?? true;
}

/// <summary>
/// A sample that an attack broke, as a picture needs it. It is no part of the results, which stay counts and numbers.
/// </summary>
/// <param name="Sample">Its number in the data file.</param>
/// <param name="Attack">Id of the result that broke it.</param>
/// <param name="MarginBefore">L at the sample.</param>
/// <param name="MarginAfter">L at the judged point.</param>
/// <param name="Shape">Of one input.</param>
/// <param name="Bounds">Least and greatest valid value; null where they differ by place.</param>
/// <param name="Clean">The sample, float32 little-endian in C order.</param>
/// <param name="Adversarial">The judged point, likewise.</param>
public sealed record BrokenExampleFact(
    int Sample, int Label, string Attack, int PredictionBefore, int PredictionAfter, double MarginBefore, double MarginAfter,
    ImmutableArray<int> Shape, ImmutableArray<double>? Bounds, ImmutableArray<byte> Clean, ImmutableArray<byte> Adversarial) : Fact
{
    /// <summary>The decision surface around the sample; null where it has none.</summary>
    public SurfaceGrid? Surface { get; init; }

    /// <summary>That of the baseline's model, equally wide; null where there is none, or its model cannot be had.</summary>
    public SurfaceGrid? SurfaceBefore { get; init; }

    /// <summary>
    /// Why <see cref="Surface"/> is alone though the baseline's model was handed over, as a clause; null where it isn't, or
    /// where that model never was.
    /// </summary>
    public string? Alone { get; init; }
}
