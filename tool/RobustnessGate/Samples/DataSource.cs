using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>A data file of any format, opened: what it holds, and how to get at the stored bytes of chosen samples.</summary>
/// <param name="Path">As findings show it.</param>
/// <param name="SampleShape">Of one sample as stored.</param>
/// <param name="Labels">One per sample, where the file carries them.</param>
/// <param name="Take">Stored bytes of the samples at the given indices, in that order.</param>
internal sealed record DataSource(
    string Path, int Count, ElementType Type, ImmutableArray<long> SampleShape, ImmutableArray<int>? Labels,
    Func<IReadOnlyList<int>, Taken> Take)
{
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>What was noticed while opening.</summary>
    public ImmutableArray<DataNote> Notes { get; init; } = [];

    public static DataSource Of(ArrayFile array, ImmutableArray<int>? labels = null) =>
        new(array.File.Path, array.Count, array.Type, array.SampleShape, labels, indices => new Taken(array.Take(indices), []));
}

/// <summary>Samples as stored, and what was noticed while reading them.</summary>
internal sealed record Taken(byte[][] Samples, ImmutableArray<DataNote> Notes);

/// <summary>Something about the data that a person should know and that is not a mistake.</summary>
internal sealed record DataNote(string Code, string Message);
