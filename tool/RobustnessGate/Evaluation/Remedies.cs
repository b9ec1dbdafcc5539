using RobustnessGate.Policies;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// A usual mistake between data and network, as the experiment that would show it: feed the network as if the mistake
/// were put right, and see whether it then knows the samples.
/// </summary>
/// <param name="Code">Of the finding.</param>
/// <param name="Key">Of the policy, where it stands.</param>
/// <param name="With">What the experiment did, to follow "with".</param>
/// <param name="Advice">What it means and what to do, as sentences.</param>
/// <param name="Input">The preprocessing that was tried.</param>
internal sealed record Remedy(string Code, string Key, string With, string Advice, InputSection Input)
{
    /// <summary>What was done to a batch of raw inputs, of the same shape.</summary>
    public Func<Tensor, Tensor> Change { get; init; } = rows => rows;

    /// <summary>Whether it takes the images for pixels of another scale, which dark images look like too.</summary>
    public bool IsOfScale { get; init; }
}

/// <summary>The remedies that are worth a try for an input, the likelier and simpler ones first.</summary>
internal static class Remedies
{
    /// <summary>Mean and std of networks that are widely copied, by number of channels, for pixels in [0, 1].</summary>
    private static readonly (int Channels, string Of, double[] Mean, double[] Std)[] Usual =
    [
        (3, "ImageNet", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        (3, "CIFAR-10", [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]),
        (1, "MNIST", [0.1307], [0.3081]),
        (1, "Fashion-MNIST", [0.2860], [0.3530]),
        (0, "pixels in [−1, 1]", [0.5], [0.5]),
    ];

    /// <summary>Images of fewer rows are hardly pictures.</summary>
    private const int LeastSide = 8;

    /// <summary>Mistakes of scale and normalisation, which cost a robust network little accuracy.</summary>
    public static IEnumerable<Remedy> OfScale(InputSection input) =>
        input.Bounds is { High: 1 } ? [.. Twice(input), .. Missing(input), .. Scale(input)] : [.. Twice(input), .. Scale(input), .. Missing(input)];

    public static IEnumerable<Remedy> For(InputSection input) =>
        input.Bounds is { High: 1 }
            // A network of ReLUs hardly feels a factor: greater pixels seem to cure much that has another cause.
            ? [.. Twice(input), .. Channels(input), .. Arrangement(input), .. Missing(input), .. Scale(input)]
            : [.. Twice(input), .. Scale(input), .. Channels(input), .. Arrangement(input), .. Missing(input)];

    private static IEnumerable<Remedy> Twice(InputSection input)
    {
        if (!input.Mean.IsEmpty || !input.Std.IsEmpty)
        {
            yield return new(
                "RG0428", "model.input.mean", "mean and std left out",
                "The network seems to normalise its input itself, so that it is done twice. Remove mean and std from model.input.",
                input with { Mean = [], Std = [] });
        }
    }

    private static IEnumerable<Remedy> Missing(InputSection input)
    {
        if (!input.Mean.IsEmpty || !input.Std.IsEmpty || !IsImage(input) || input.Bounds is not { Low: 0, High: 1 or 255 } bounds || !input.FeatureBounds.IsEmpty)
        {
            yield break;
        }

        var unit = 1 / bounds.High;
        foreach (var (_, of, mean, std) in Usual.Where(usual => usual.Channels == 0 || usual.Channels == input.Channels))
        {
            var scale = unit == 1 ? "" : ", scale: 1/255";
            yield return new(
                "RG0429", "model.input", $"the normalisation of {of}",
                $"The network seems to be made for normalised inputs. Write those that it was trained with under model.input; tried here: mean: {List(mean)}, std: {List(std)}{scale}.",
                input with { Scale = unit, Mean = [.. mean], Std = [.. std] });
        }
    }

    private static IEnumerable<Remedy> Scale(InputSection input)
    {
        if (input.Bounds is not { Low: 0, High: 1 or 255 } bounds || !input.FeatureBounds.IsEmpty)
        {
            yield break;
        }

        var (factor, text, wants) = bounds.High == 1 ? (255.0, "255", "0..255") : (1 / 255.0, "1/255", "[0, 1]");
        yield return new(
            "RG0427", "model.input.bounds", FormattableString.Invariant($"inputs multiplied by {text}"),
            $"The network seems to want pixels of {wants}, but the bounds are {List([bounds.Low, bounds.High])}. Write scale: {text} under model.input, which keeps ε in the units of the bounds, or change the bounds.",
            input with { Scale = input.Scale * factor }) { IsOfScale = true };
    }

    private static IEnumerable<Remedy> Channels(InputSection input)
    {
        if (!IsImage(input) || input.Channels != 3)
        {
            yield break;
        }

        var (order, name) = input.ChannelOrder == ChannelOrder.Rgb ? (ChannelOrder.Bgr, "bgr") : (ChannelOrder.Rgb, "rgb");
        yield return new(
            "RG0430", "model.input.channel-order", "red and blue swapped",
            $"The network seems to want the other order of colour channels. Write channel-order: {name} under model.input.",
            input with { ChannelOrder = order });
    }

    private static IEnumerable<Remedy> Arrangement(InputSection input)
    {
        if (!IsImage(input))
        {
            var side = (long)Math.Sqrt(input.Size);
            if (input.Shape.Length == 1 && side >= LeastSide && side * side == input.Size)
            {
                yield return Transposed(input, rows => rows.reshape(rows.shape[0], side, side).transpose(1, 2).reshape(rows.shape));
            }

            yield break;
        }

        var first = input.Layout == ChannelLayout.ChannelsFirst;
        var (height, width) = first ? (input.Shape[1], input.Shape[2]) : (input.Shape[0], input.Shape[1]);
        long channels = input.Channels;
        long[] other = first ? [height, width, channels] : [channels, height, width];
        long[] toOther = first ? [0, 2, 3, 1] : [0, 3, 1, 2];
        long[] fromOther = first ? [0, 3, 1, 2] : [0, 2, 3, 1];
        var name = first ? "last" : "first";
        if (channels > 1)
        {
            yield return new(
                "RG0431", "model.input.shape", $"channels {name} inside the network's input",
                $"The network seems to be made for channels {name}. Write shape: {List(other.Select(size => (double)size))} and layout: channels-{name}.",
                input)
            {
                Change = rows => rows.permute(toOther).reshape(rows.shape),
            };
            yield return new(
                "RG0431", "data.images", $"the images read as stored with channels {name}",
                $"The images seem to be stored with channels {name}, as a flat list that does not say so. Store them as an array of shape [N, {string.Join(", ", other)}], or turn them.",
                input)
            {
                Change = rows => rows.reshape([rows.shape[0], .. other]).permute(fromOther),
            };
        }

        if (height == width)
        {
            yield return Transposed(input, rows => first ? rows.transpose(-1, -2) : rows.transpose(1, 2));
        }

        if (input.Bounds is { } bounds && input.FeatureBounds.IsEmpty)
        {
            yield return new(
                "RG0433", "data.images", "bright and dark swapped",
                "The images seem to be negatives of those that the network was trained with, dark on bright against bright on dark. Invert them in the data file.",
                input)
            {
                Change = rows => bounds.Low + bounds.High - rows,
            };
        }
    }

    private static Remedy Transposed(InputSection input, Func<Tensor, Tensor> change) => new(
        "RG0432", "data.images", "rows and columns of the images swapped",
        "Images and network seem to be transposed to each other, as those of EMNIST are to most networks. Turn the images in the data file, or export the network with a transposition in front.", input) { Change = change };

    /// <summary>Three dimensions, and more than one pixel.</summary>
    private static bool IsImage(InputSection input) => input.Shape.Length == 3 && input.Shape.Count(size => size > 1) >= 2;

    private static string List(IEnumerable<double> values) =>
        "[" + string.Join(", ", values.Select(value => FormattableString.Invariant($"{value}"))) + "]";
}
