using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>A data file of any format, opened: what it holds, and how to get at the stored bytes of chosen samples.</summary>
/// <param name="Path">As findings show it.</param>
/// <param name="SampleShape">Of one sample as stored.</param>
/// <param name="Labels">One per sample, where the file carries them.</param>
/// <param name="Take">Stored bytes of the samples at the given indices, in that order.</param>
internal sealed record DataSource(
    string Path, int Count, ElementType Type, ImmutableArray<long> SampleShape, ImmutableArray<int>? Labels,
    Func<IReadOnlyList<int>, byte[][]> Take)
{
    public IReadOnlyList<string>? ClassNames { get; init; }

    public static DataSource Of(ArrayFile array, ImmutableArray<int>? labels = null) =>
        new(array.File.Path, array.Count, array.Type, array.SampleShape, labels, array.Take);
}
