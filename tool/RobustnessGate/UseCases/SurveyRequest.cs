using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Policies;
using RobustnessGate.Surfaces;

namespace RobustnessGate.UseCases;

/// <summary>What is to be surveyed.</summary>
/// <param name="Model">The candidate; an empty input shape takes the model file's own.</param>
/// <param name="Compared">What stands beside it, such as the baseline; null for nothing.</param>
/// <param name="Data">Its own limit does not count: <see cref="MostSamples"/> and <see cref="Samples"/> say what is loaded.</param>
/// <param name="Setting">Which planes; its seed also chooses the samples where the data are drawn at random.</param>
internal sealed record SurveyRequest(ModelSection Model, ModelSection? Compared, DataSection Data, SurfaceSetting Setting)
{
    public SurfaceSpace Space { get; init; } = SurfaceSpace.Input;

    /// <summary>
    /// Numbers of samples in the data file. In input space each gets a plane of its own; in parameter space values are means
    /// over them. Empty: those nearest to the boundary, or in parameter space all that <see cref="MostSamples"/> allows.
    /// </summary>
    public ImmutableArray<int> Samples { get; init; } = [];

    /// <summary>
    /// Of the samples that the data section selects the first so many are used: chosen from in input space, averaged over in
    /// parameter space. Null: <see cref="SurfaceDefaults.Samples"/>. It does not bound <see cref="Samples"/>.
    /// </summary>
    public int? MostSamples { get; init; }

    /// <summary>How many samples nearest to the boundary to take.</summary>
    public int Count { get; init; } = SurfaceDefaults.Count;

    public string Device { get; init; } = "auto";

    public int Threads { get; init; } = 1;

    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// The data that must be loaded. A limit of ours must not hide a sample that was named; how many the policy uses stands.
    /// </summary>
    internal DataSection Needed() => Data with
    {
        Limit = Samples.IsEmpty ? MostSamples ?? SurfaceDefaults.Samples(Space)
            : Data.Selection == SampleSelection.First && Samples.Max() < int.MaxValue ? Samples.Max() + 1
            : null,
    };
}
