using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Training;

public sealed class AugmentationTests
{
    private const int Height = 4;
    private const int Width = 3;

    /// <summary>Every pixel of every image has a value of its own, so what was done can be read off each image.</summary>
    [Fact]
    public void Each_image_is_shifted_with_zeros_coming_in_and_mirrored_or_not()
    {
        using var scope = NewDisposeScope();
        var images = (arange(200 * 2 * Height * Width, dtype: ScalarType.Float32) + 1).reshape(200, 2, Height, Width);
        var given = images.clone();
        var changed = new Augmentation(Shift: 1, Mirror: true).Of(images, seed: 5, step: 3);

        Assert.Equal(given, images);
        var seen = Enumerable.Range(0, 200).Select(i => Assert.Single(
            from down in Enumerable.Range(-1, 3)
            from right in Enumerable.Range(-1, 3)
            from mirrored in new[] { false, true }
            where Expected(images[i], down, right, mirrored).SequenceEqual(changed[i].contiguous().data<float>())
            select (down, right, mirrored))).ToList();
        Assert.Equal(18, seen.Distinct().Count());
    }

    [Fact]
    public void What_is_done_depends_on_seed_and_step_alone()
    {
        using var scope = NewDisposeScope();
        var images = rand(32, 3, Height, Width);
        var augmentation = new Augmentation(Shift: 2, Mirror: true);
        var once = augmentation.Of(images, seed: 5, step: 3);

        Assert.Equal(once, augmentation.Of(images, seed: 5, step: 3));
        Assert.NotEqual(once, augmentation.Of(images, seed: 5, step: 4));
        Assert.NotEqual(once, augmentation.Of(images, seed: 6, step: 3));
        Assert.Equal(images, new Augmentation(Shift: 0, Mirror: false).Of(images, seed: 5, step: 3));
    }

    private static IEnumerable<float> Expected(Tensor image, int down, int right, bool mirrored) =>
        from channel in Enumerable.Range(0, 2)
        from y in Enumerable.Range(0, Height)
        from x in Enumerable.Range(0, Width)
        let row = y + down
        let column = (mirrored ? Width - 1 - x : x) + right
        select row is >= 0 and < Height && column is >= 0 and < Width ? image[channel, row, column].item<float>() : 0;
}
