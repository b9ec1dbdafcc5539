namespace RobustnessGate.Facts;

/// <summary>Which samples people can look at.</summary>
internal static class ImageShape
{
    /// <summary>Whether samples of a shape are images: (h, w), (1, h, w) or (3, h, w), not a single row or column.</summary>
    public static bool Is(IReadOnlyList<int> shape) =>
        shape.Count is 2 or 3 && shape[^1] > 1 && shape[^2] > 1 && (shape.Count == 2 || shape[0] is 1 or 3);
}
