using System.Collections.Immutable;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Models.Onnx;

/// <summary>The input as the file declares it, completed by what the caller knows.</summary>
/// <param name="Batch">The batch size that the file fixes; null where it is free.</param>
/// <param name="Features">Shape of one input, all dimensions known.</param>
internal sealed record DeclaredShape(long? Batch, long[] Features)
{
    /// <exception cref="MistakeException">RG0408: file and policy contradict each other, or neither says.</exception>
    public static DeclaredShape Of(OnnxInput input, ImmutableArray<int> wanted, string display)
    {
        long[] features = wanted.IsDefaultOrEmpty ? [] : [.. wanted.Select(dimension => (long)dimension)];
        if (input.Shape is not { Length: > 0 } declared)
        {
            return features.Length > 0
                ? new DeclaredShape(null, features)
                : throw MistakeException.InFile("RG0408", display, $"input '{input.Name}' declares no shape; write it as model.input.shape.");
        }

        long? batch = declared[0] > 0 ? declared[0] : null;
        if (features.Length == 0)
        {
            return declared[1..].All(dimension => dimension > 0)
                ? Bounded(new DeclaredShape(batch, declared[1..]), display)
                : throw MistakeException.InFile("RG0408", display,
                    $"input '{input.Name}' has the shape {Text(declared)} with unknown dimensions; write model.input.shape.");
        }

        if (declared.AsSpan().SequenceEqual(features))
        {
            throw MistakeException.InFile("RG0408", display,
                $"input '{input.Name}' is {Text(declared)}, one input without a batch dimension, so that samples cannot go through together. Export the network with a batch as its first dimension, free or of size 1.");
        }

        var fits = declared.Length == features.Length + 1
            && declared.Skip(1).Zip(features).All(pair => pair.First < 0 || pair.First == pair.Second);
        return fits
            ? Bounded(new DeclaredShape(batch, features), display)
            : throw MistakeException.InFile("RG0408", display,
                $"model.input.shape is {Text(features)}, but input '{input.Name}' is {Text(declared)}, the first dimension being the batch. " +
                $"Write shape: [{string.Join(", ", declared.Skip(1).Select(dimension => dimension < 0 ? "?" : $"{dimension}"))}]{Layout(declared[1..], features)}, or choose the right file.");
    }

    private static DeclaredShape Bounded(DeclaredShape shape, string display) =>
        shape.Features.Aggregate((double)(shape.Batch ?? 1), (product, dimension) => product * dimension) <= Limits.InputElements
            ? shape
            : throw MistakeException.InFile("RG0416", display,
                $"the input claims {Text([shape.Batch ?? -1, .. shape.Features])} elements, more than {Limits.InputElements:N0}. No classifier needs that; the file may be damaged.");

    /// <summary>What goes with the shape where only the place of the channels differs.</summary>
    private static string Layout(long[] declared, long[] wanted) => (declared, wanted) switch
    {
        ([var a, var b, > 0 and <= 4], [<= 4, var h, var w]) when Fits(declared[2], wanted[0]) && Fits(a, h) && Fits(b, w) =>
            " and layout: channels-last, as the file has the channels last",
        ([> 0 and <= 4, var a, var b], [var h, var w, <= 4]) when Fits(declared[0], wanted[2]) && Fits(a, h) && Fits(b, w) =>
            " and layout: channels-first, as the file has the channels first",
        _ => "",
    };

    private static bool Fits(long declared, long wanted) => declared < 0 || declared == wanted;

    private static string Text(long[] shape) => "[" + string.Join(", ", shape.Select(d => d < 0 ? "?" : $"{d}")) + "]";
}
