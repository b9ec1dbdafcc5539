using RobustnessGate.Facts;

namespace RobustnessGate.Tests;

public class ImageShapeTests
{
    [Theory]
    [InlineData(true, 28, 28)]
    [InlineData(true, 3, 32, 32)]
    [InlineData(true, 1, 28, 28)]
    [InlineData(false, 784)]
    [InlineData(false, 4, 32, 32)]
    [InlineData(false, 1, 1, 60)]
    [InlineData(false, 1, 3, 8, 8)]
    public void Images_are_told_by_their_shape(bool images, params int[] shape) => Assert.Equal(images, ImageShape.Is(shape));
}
