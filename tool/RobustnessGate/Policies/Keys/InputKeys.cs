using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys under <c>model.input</c>.</summary>
internal static class InputKeys
{
    private static readonly Key<ImmutableArray<int>> Shape = Key.Must(
        "shape", new ListForm<int>(new WholeForm<int>(new BetweenAttribute(1, 1 << 24))),
        "shape of one input, without the batch dimension");

    private static readonly Key<ImmutableArray<Bounds>> Bounds = Key.Must(
        "bounds", new BoundsForm(),
        "least and greatest raw value: [low, high], a list of such for every feature or channel, or none with data.lower and data.upper");

    private static readonly Key<ChannelLayout> Layout = Key.Default(
        "layout", Choice.Of<ChannelLayout>(), ChannelLayout.ChannelsFirst, "which dimension of the shape holds the channels");

    private static readonly Key<ChannelOrder> Order = Key.Default(
        "channel-order", Choice.Of<ChannelOrder>(), ChannelOrder.Rgb, "order in which the model wants red, green and blue");

    private static readonly Key<double> Scale = Key.Default(
        "scale", new NumberForm(new PositiveAttribute()), 1.0,
        "raw values are multiplied by it inside the model, before mean and std: 255 for a model of 0..255 with bounds [0, 1]");

    private static readonly Key<ImmutableArray<double>> Mean = Key.Default(
        "mean", new ListForm<double>(new NumberForm(), alsoSingle: true), [],
        "subtracted inside the model, one value or one per channel of the model");

    private static readonly Key<ImmutableArray<double>> Std = Key.Default(
        "std", new ListForm<double>(new NumberForm(new PositiveAttribute()), alsoSingle: true), [],
        "divided by inside the model, after mean; one value or one per channel of the model");

    public static readonly Form<InputSection> Form = new SectionForm<InputSection>(
        [Shape, Bounds, Layout, Order, Scale, Mean, Std], Build);

    private static InputSection? Build(Fields fields)
    {
        var shape = fields.Get(Shape);
        var size = shape.Aggregate(1.0, (product, length) => product * length);
        if (!(size <= Array.MaxLength))
        {
            fields.Reading.Refuse(Codes.OutOfRange, fields.At(Shape), $"'shape' has {size:G6} features; at most {Array.MaxLength} fit into memory.");
            return null;
        }

        var bounds = fields.Get(Bounds);
        var input = new InputSection(shape, Hull(bounds), fields.Get(Mean), fields.Get(Std))
        {
            Layout = fields.Get(Layout), ChannelOrder = fields.Get(Order), Scale = fields.Get(Scale),
        };
        return Channels(fields, input) & BoundsFit(fields, input, bounds.Length)
            ? input with { FeatureBounds = bounds.Length > 1 ? Spread(bounds, input) : [] }
            : null;
    }

    private static Bounds? Hull(ImmutableArray<Bounds> bounds) =>
        bounds.IsEmpty ? null : new Bounds(bounds.Min(b => b.Low), bounds.Max(b => b.High));

    private static bool Channels(Fields fields, InputSection input)
    {
        var before = fields.Reading.Mistakes;
        foreach (var key in new[] { Mean, Std })
        {
            if (ChannelFit.Misfit(key.Name, fields.Get(key).Length, input) is { } misfit)
            {
                fields.Reading.Refuse(Codes.Inconsistent, fields.At(key), misfit);
            }
        }

        if (input is { ChannelOrder: ChannelOrder.Bgr, Channels: not 3 })
        {
            fields.Reading.Refuse(
                Codes.Inconsistent, fields.At(Order),
                $"'channel-order' is about red, green and blue, but the input has {input.Channels} channels (the {Which(input)} dimension of 'shape').");
        }

        return fields.Reading.Mistakes == before;
    }

    private static bool BoundsFit(Fields fields, InputSection input, int count)
    {
        if (count <= 1 || count == input.Size || count == input.Channels)
        {
            return true;
        }

        fields.Reading.Refuse(
            Codes.Inconsistent, fields.At(Bounds),
            $"'bounds' has {count} pairs but the input has {input.Size} features and {input.Channels} channels. Write one pair for all, or as many.");
        return false;
    }

    /// <summary>Bounds of every feature, from those of every feature or of every channel.</summary>
    private static ImmutableArray<Bounds> Spread(ImmutableArray<Bounds> bounds, InputSection input)
    {
        if (bounds.Length == input.Size)
        {
            return bounds;
        }

        var plane = input.Size / input.Channels;
        return [.. Enumerable.Range(0, input.Size).Select(feature =>
            bounds[input.Layout == ChannelLayout.ChannelsLast ? feature % input.Channels : feature / plane])];
    }

    private static string Which(InputSection input) => input.Layout == ChannelLayout.ChannelsLast ? "last" : "first";
}
