using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using StbImageSharp;

namespace RobustnessGate.Samples;

/// <summary>The form that every image of a data set must have.</summary>
internal sealed record ImageFormat(int Channels, int Height, int Width);

/// <summary>What was done to an image so that it fits.</summary>
[Flags]
internal enum Conversion { None = 0, GreyToColour = 1, ColourToGrey = 2, AlphaDropped = 4, SixteenBits = 8 }

/// <param name="Planes">(channels, height, width), a byte each.</param>
internal readonly record struct DecodedImage(byte[] Planes, Conversion Conversions);

/// <summary>
/// PNG, JPEG, BMP and GIF → bytes in channels-first order. Declared sizes are compared with the model's input before anything is
/// decoded. Grey images serve a colour model (copied to three channels); colour images serve a grey model only where
/// their channels are equal, since there is more than one way to weigh colours and the model was trained with one.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>The form that fits both the first image and the model's input.</summary>
    /// <exception cref="Diagnostics.MistakeException">RG0305: none does; RG0319: not an image.</exception>
    public static ImageFormat FormatFor(byte[] file, InputSection input, string path)
    {
        var info = Info(file, path);
        var pixels = (long)info.Width * info.Height;
        var channels = pixels > 0 && input.Size % pixels == 0 ? input.Size / pixels : 0;
        return channels is 1 or 3
            ? new ImageFormat((int)channels, info.Height, info.Width)
            : throw DataMistake.At("RG0305", path,
                $"the image has height {info.Height} and width {info.Width}, but the model's input has shape {DataMistake.Shape(input.Shape)}. Resize the images as they were for training, or correct model.input.shape.");
    }

    /// <exception cref="Diagnostics.MistakeException">
    /// RG0305: another size, or colour for a grey model; RG0319: damaged, of a kind that is not read, several pictures, or to be turned.
    /// </exception>
    public static DecodedImage Decode(byte[] file, ImageFormat format, string path)
    {
        var info = Info(file, path);
        if ((info.Height, info.Width) != (format.Height, format.Width))
        {
            throw DataMistake.At("RG0305", path,
                $"the image has height {info.Height} and width {info.Width}, but the first one has {format.Height} and {format.Width}. All must have the size that the model takes.");
        }

        var image = Run(path, () =>
        {
            using var stream = new StrictStream(file);
            return ImageResult.FromStream(stream, ColorComponents.Default);
        });
        var conversions = PngGuard.IsSixteenBit(file) ? Conversion.SixteenBits : Conversion.None;
        return Planes(image, format, conversions, path);
    }

    private static DecodedImage Planes(ImageResult image, ImageFormat format, Conversion conversions, string path)
    {
        var stored = (int)image.Comp;
        var colours = stored >= 3 ? 3 : 1;
        var pixels = format.Height * format.Width;
        if (stored is 2 or 4 && Enumerable.Range(0, pixels).Any(p => image.Data[(p * stored) + stored - 1] != 255))
        {
            conversions |= Conversion.AlphaDropped;
        }

        if (colours > format.Channels)
        {
            conversions |= Conversion.ColourToGrey;
            if (Enumerable.Range(0, pixels).Any(p => image.Data[p * stored] != image.Data[(p * stored) + 1] || image.Data[p * stored] != image.Data[(p * stored) + 2]))
            {
                throw DataMistake.At("RG0305", path, "the image is in colour, but the model takes one channel. Convert the images to grey as they were for training: there is more than one way to weigh colours.");
            }
        }
        else if (colours < format.Channels)
        {
            conversions |= Conversion.GreyToColour;
        }

        var planes = new byte[format.Channels * pixels];
        for (var channel = 0; channel < format.Channels; channel++)
        {
            var source = Math.Min(channel, colours - 1);
            for (var p = 0; p < pixels; p++)
            {
                planes[(channel * pixels) + p] = image.Data[(p * stored) + source];
            }
        }

        return new DecodedImage(planes, conversions);
    }

    private static ImageInfo Info(byte[] file, string path)
    {
        var kind = ImageKind.OfContent(file);
        if (kind is not { IsRead: true })
        {
            throw DataMistake.At("RG0319", path, LfsPointer.Is(file) ? LfsPointer.Advice : NotRead(kind));
        }

        if (kind == ImageKind.Png)
        {
            PngGuard.Check(file, path);
        }

        if (Frames.AreSeveral(file))
        {
            throw DataMistake.At("RG0319", path, "it holds several pictures (an animation), and a sample is one. Save the one that is meant.");
        }

        if (ImageOrientation.Of(file) is > 1 and var orientation)
        {
            throw DataMistake.At("RG0319", path,
                $"its Exif data say that it is to be turned or mirrored (orientation {orientation}). Some loaders do so and some do not, and the model was trained with one of them: save the pixels as the model is to see them, without the tag.");
        }

        var info = Run(path, () =>
        {
            using var stream = new StrictStream(file);
            return ImageInfo.FromStream(stream);
        });
        return info ?? throw Damaged(path);
    }

    private static string NotRead(ImageKind? kind) => kind is null
        ? $"it is named like an image but is neither {ImageKind.Read.Replace(" or ", " nor ", StringComparison.Ordinal)}. Remove it or convert it."
        : $"it is a {kind.Name} image, which cannot be read. Convert it to PNG, as it was for training.";

    private static T Run<T>(string path, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception e) when (e is InvalidOperationException or EndOfStreamException or IndexOutOfRangeException or ArgumentException or OverflowException or NullReferenceException or OutOfMemoryException)
        {
            // What the decoder throws on damaged files; it has no exception of its own.
            throw Damaged(path);
        }
    }

    private static Diagnostics.MistakeException Damaged(string path) =>
        DataMistake.At("RG0319", path, "the image is damaged or of a kind that cannot be read. A sample cannot silently be left out; replace or remove the file.");
}
