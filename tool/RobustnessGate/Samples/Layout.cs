using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>How the numbers of a stored sample are put into the order of the model's input.</summary>
/// <param name="Gather">Destination place → stored place; null where both orders are the same.</param>
/// <param name="Notes">What was rearranged.</param>
internal sealed record Layout(int[]? Gather, ImmutableArray<DataNote> Notes)
{
    public static readonly Layout Same = new(null, []);

    /// <summary>Channel counts for which a transposition between channels-first and channels-last is recognised.</summary>
    private const int MostChannels = 4;

    /// <summary>
    /// Fits stored samples to the input's shape. Dimensions of size 1 do not matter; a flat list fits any shape of its
    /// size (C order); images stored with channels last are turned to channels first, and the other way round.
    /// </summary>
    /// <exception cref="Diagnostics.MistakeException">RG0305, with both shapes.</exception>
    public static Layout Fit(ImmutableArray<long> stored, ImmutableArray<int> input, string path)
    {
        var from = Squeeze(stored);
        var to = Squeeze([.. input.Select(d => (long)d)]);
        if (from.SequenceEqual(to) || ((from.Length <= 1 || to.Length <= 1) && Product(from) == Product(to)))
        {
            return Same;
        }

        if (from is [var h, var w, var c] && to.SequenceEqual([c, h, w]) && c <= MostChannels)
        {
            return Turned((int)(h * w), (int)c, "channels-last");
        }

        if (from is [var k, var y, var x] && to.SequenceEqual([y, x, k]) && k <= MostChannels)
        {
            return Turned((int)k, (int)(y * x), "channels-first");
        }

        throw DataMistake.At("RG0305", path,
            $"its samples have shape {DataMistake.Shape(stored)} but the model's input has shape {DataMistake.Shape(input)}. Give the data that the model was made for, or correct model.input.shape.");

        Layout Turned(int rows, int columns, string kind) => new(Transpose(rows, columns), [new DataNote(
            "RG0330", $"samples of shape {DataMistake.Shape(stored)} were read as {kind} and turned to the model's {DataMistake.Shape(input)}")]);
    }

    /// <summary>Gather of the transpose of a (rows, columns) matrix.</summary>
    private static int[] Transpose(int rows, int columns)
    {
        var gather = new int[rows * columns];
        for (var i = 0; i < gather.Length; i++)
        {
            gather[i] = (i % rows * columns) + (i / rows);
        }

        return gather;
    }

    private static long[] Squeeze(ImmutableArray<long> shape) => [.. shape.Where(d => d != 1)];

    private static long Product(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);
}
