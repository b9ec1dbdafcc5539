namespace RobustnessGate.Surfaces;

/// <summary>A plane that was asked for does not exist at this sample, or at these weights, of this network.</summary>
/// <param name="message">Why, and what to do, without a full stop at the end.</param>
internal sealed class NoDirectionException(string message) : Exception(message)
{
    /// <summary>Two directions are as good as one.</summary>
    public static NoDirectionException Parallel(SurfaceSetting setting) => new(
        $"'{setting.X.Name()}' and '{setting.Y.Name()}' point the same way or opposite ways, and span no plane. Where there are two classes, or the model is very sure, 'ce', 'least-likely' and 'cw' are one and the same direction; put 'orthogonal' beside one of them, with --x or --y");

    /// <param name="greatest">Greatest magnitude among the gradient's entries.</param>
    /// <exception cref="NoDirectionException">There is no way up: all entries are zero, or one is no number.</exception>
    public static void RequireGradient(double greatest, DirectionKind kind)
    {
        if (double.IsFinite(greatest) && greatest > 0)
        {
            return;
        }

        throw new NoDirectionException(greatest == 0
            ? $"the gradient behind '{kind.Name()}' is zero, so that it points nowhere. " + (kind == DirectionKind.Margin
                ? "The model's answer does not depend on its input there, or the model rounds; choose 'random' with --x and --y"
                : "A model that is very sure has none in its arithmetic; choose 'cw', which vanishes last, with --x or --y")
            : $"the gradient behind '{kind.Name()}' is no number, so that it points nowhere. The model's arithmetic overflows there, or divides by zero; choose 'random' with --x and --y to see where");
    }

    /// <summary>Makes sure that there is something to be seen.</summary>
    /// <param name="margins">L at every node; the origin is the middle one.</param>
    /// <param name="origin">What the plane lies around.</param>
    /// <exception cref="NoDirectionException">L is no number at the origin, or nowhere but there, or the same everywhere.</exception>
    public static void RequireNumbers(IReadOnlyList<double> margins, string origin)
    {
        if (!double.IsFinite(margins[margins.Count / 2]))
        {
            throw new NoDirectionException($"L is no number at {origin}: the model's logits there are infinite or NaN");
        }

        if (margins.Count(double.IsFinite) == 1)
        {
            throw new NoDirectionException($"L is a number at {origin} and nowhere else: so far away the model's arithmetic overflows. Give a smaller --extent");
        }

        if (margins.All(margin => margin == margins[0]))
        {
            throw new NoDirectionException("L is the same number at every point of the plane: the model does not feel steps so small, or its answer depends on nothing there. Give a greater --extent");
        }
    }
}
