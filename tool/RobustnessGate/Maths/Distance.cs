namespace RobustnessGate.Maths;

/// <summary>How far apart two points held as numbers are, in float64.</summary>
internal static class Distance
{
    public static double Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Norm norm)
    {
        var (greatest, sum, squares, count) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < a.Length; i++)
        {
            var difference = Math.Abs((double)b[i] - a[i]);
            greatest = Math.Max(greatest, difference);
            sum += difference;
            squares += difference * difference;
            count += difference == 0 ? 0 : 1;
        }

        return norm switch
        {
            Norm.Linf => greatest,
            Norm.L2 => Math.Sqrt(squares),
            Norm.L1 => sum,
            Norm.L0 => count,
            _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "unknown norm"),
        };
    }
}
