using RobustnessGate.Drawing;
using StbImageSharp;

namespace RobustnessGate.Tests.Drawing;

public class PixelTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(28, 28, 1)]
    [InlineData(5, 3, 3)]
    [InlineData(97, 201, 3)]
    public void Another_decoder_reads_the_same_pixels(int width, int height, int channels)
    {
        var bytes = new byte[width * height * channels];
        new Random(width).NextBytes(bytes);

        var read = ImageResult.FromMemory(Png.Encode(new(width, height, channels, [.. bytes])), ColorComponents.Default);

        Assert.Equal((width, height, channels), (read.Width, read.Height, (int)read.Comp));
        Assert.Equal(bytes, read.Data);
    }

    [Fact]
    public void Channels_come_last_and_values_are_scaled_and_clamped()
    {
        var image = Pixels.Of([3, 2, 2], [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, float.NaN], 0, 20);

        Assert.Equal<byte>([0, 128, 255, 13, 140, 255, 26, 153, 255, 38, 166, 0], image.Bytes);
        Assert.Equal<byte>([128, 255, 0, 255], Pixels.Signed([2, 2], [0, 0.1f, -0.1f, 7], 0.1).Bytes);
        Assert.Equal<byte>([1, 2, 3, 4], Pixels.Of([1, 2, 2], new byte[] { 1, 2, 3, 4 }).Bytes);
    }

    [Theory]
    [InlineData(784)]
    [InlineData(4, 32, 32)]
    [InlineData(1, 3, 8, 8)]
    public void Other_shapes_are_no_pixels(params int[] shape) => Assert.Throws<ArgumentException>(
        () => Pixels.Of(shape, new byte[shape.Aggregate(1, (size, side) => size * side)]));

    [Fact]
    public void Shrinking_takes_means_and_leaves_small_images_alone()
    {
        Pixels image = new(3, 2, 1, [10, 20, 30, 30, 40, 51]);

        Assert.Same(image, image.Shrunk(3));
        Assert.Equal((2, 1), (image.Shrunk(2).Width, image.Shrunk(2).Height));
        Assert.Equal<byte>([25, 40], image.Shrunk(2).Bytes);
    }

    [Fact]
    public void Rows_of_images_are_clean_and_can_be_read_back()
    {
        var image = new Pixels(28, 28, 1, [.. Enumerable.Range(0, 784).Select(i => (byte)i)]);
        PixelRow[] rows =
        [
            new(["#12, label 7", "7 → 2", "margin 3.1 → −0.4", new string('W', 40)], [image, image, image]),
            new([], [image, null, new(4, 2, 3, [.. new byte[24]])]),
        ];

        var svg = PixelFigure.Draw("Broken images", "what the model now sees", ["clean", "perturbation ×5", "adversarial"], rows);

        SvgText.AssertClean(svg);
        var sources = SvgText.Parse(svg).Descendants().Where(element => element.Name.LocalName == "image").Select(element => element.Attribute("href")!.Value).ToArray();
        Assert.Equal(5, sources.Length);
        var png = Convert.FromBase64String(sources[0]["data:image/png;base64,".Length..]);
        var read = ImageResult.FromMemory(png, ColorComponents.Default);
        Assert.Equal(224, read.Width);
        Assert.Equal(image.Bytes, Enumerable.Range(0, 784).Select(i => read.Data[(i / 28 * 8 * 224) + (i % 28 * 8)]));
        Assert.Equal(read.Data, image.Enlarged(224).Bytes);
    }

    [Fact]
    public void Large_images_of_noise_are_shrunk_until_the_picture_is_small_enough()
    {
        var bytes = new byte[3 * 224 * 224];
        new Random(1).NextBytes(bytes);
        Pixels noise = new(224, 224, 3, [.. bytes]);

        SvgText.AssertClean(PixelFigure.Draw("noise", "", ["a", "b", "c"], [.. Enumerable.Repeat(new PixelRow(["row"], [noise, noise, noise]), 2)]));
    }
}
