namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>One dimension of a resize.</summary>
/// <param name="Start">Start of the region of interest, as a fraction; 0 without one.</param>
/// <param name="End">Its end; 1 without one.</param>
internal sealed record ResizedAxis(long Input, long Output, double Scale, double Start, double End);

/// <summary>How a resized element is made of input elements.</summary>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Coordinates">coordinate_transformation_mode.</param>
/// <param name="Nearest">nearest_mode.</param>
/// <param name="CubicA">Coefficient of the cubic kernel.</param>
/// <param name="ExcludeOutside">Whether elements beyond the border get no weight instead of the border's value.</param>
/// <param name="Antialias">Whether the kernel widens when the size shrinks.</param>
/// <param name="Extrapolation">Value outside the region of interest.</param>
internal sealed record Sampling(
    string Mode, string Coordinates, string Nearest, double CubicA, bool ExcludeOutside, bool Antialias, double Extrapolation)
{
    public static Sampling Of(Attributes attributes) => new(
        attributes.Text("mode", "nearest"),
        attributes.Text("coordinate_transformation_mode", "half_pixel"),
        attributes.Text("nearest_mode", "round_prefer_floor"),
        attributes.Float("cubic_coeff_a", -0.75),
        attributes.Flag("exclude_outside"),
        attributes.Flag("antialias"),
        attributes.Float("extrapolation_value", 0));

    /// <summary>The matrix (out × in) in C order, and 1 for every output that lies outside the region of interest.</summary>
    public (double[] Weights, double[] Outside) Weights(ResizedAxis axis)
    {
        var weights = new double[axis.Output * axis.Input];
        var outside = new double[axis.Output];
        for (var o = 0; o < axis.Output; o++)
        {
            var place = Place(o, axis);
            if (Coordinates == "tf_crop_and_resize" && (place < 0 || place > axis.Input - 1))
            {
                outside[o] = 1;
                continue;
            }

            foreach (var (i, weight) in Taps(place, axis))
            {
                weights[(o * axis.Input) + Math.Clamp(i, 0, axis.Input - 1)] += weight;
            }
        }

        return (weights, outside);
    }

    /// <summary>Coordinate in the input of an output element.</summary>
    private double Place(long output, ResizedAxis axis)
    {
        var (input, resized) = (axis.Input, axis.Scale * axis.Input);
        return Coordinates switch
        {
            "half_pixel" => ((output + 0.5) / axis.Scale) - 0.5,
            "half_pixel_symmetric" => (input / 2.0 * (1 - (axis.Output / resized))) + ((output + 0.5) / axis.Scale) - 0.5,
            "pytorch_half_pixel" => axis.Output > 1 ? ((output + 0.5) / axis.Scale) - 0.5 : 0,
            "tf_half_pixel_for_nn" => (output + 0.5) / axis.Scale,
            "asymmetric" => output / axis.Scale,
            "align_corners" when Math.Abs(resized - axis.Output) > 1e-3 =>
                throw new UnsupportedException($"align_corners with {resized} elements, which is no whole number: implementations differ"),
            "align_corners" => axis.Output > 1 ? output * (input - 1.0) / (axis.Output - 1) : 0,
            "tf_crop_and_resize" => axis.Output > 1
                ? (axis.Start * (input - 1)) + (output * (axis.End - axis.Start) * (input - 1) / (axis.Output - 1))
                : 0.5 * (axis.Start + axis.End) * (input - 1),
            var other => throw new UnsupportedException($"coordinate_transformation_mode = {other}"),
        };
    }

    /// <summary>Input elements and their weights, which sum to 1; indices beyond the border count for the border.</summary>
    private IEnumerable<(long Index, double Weight)> Taps(double place, ResizedAxis axis)
    {
        if (Mode == "nearest")
        {
            return [((long)Round(place), 1)];
        }

        // Shrinking with antialias stretches the kernel over everything that falls into one output element.
        var stretch = Antialias ? Math.Min(1, axis.Scale) : 1;
        var radius = (Mode == "linear" ? 1 : 2) / stretch;
        var taps = new List<(long Index, double Weight)>();
        for (var i = (long)Math.Floor(place - radius) + 1; i <= place + radius; i++)
        {
            var weight = Kernel(Math.Abs(place - i) * stretch);
            if (weight != 0 && !(ExcludeOutside && (i < 0 || i >= axis.Input)))
            {
                taps.Add((i, weight));
            }
        }

        var sum = taps.Sum(tap => tap.Weight);
        return taps.Select(tap => (tap.Index, tap.Weight / sum));
    }

    private double Kernel(double distance) => (Mode, distance) switch
    {
        ("linear", < 1) => 1 - distance,
        ("cubic", <= 1) => ((((CubicA + 2) * distance) - (CubicA + 3)) * distance * distance) + 1,
        ("cubic", < 2) => (((((CubicA * distance) - (5 * CubicA)) * distance) + (8 * CubicA)) * distance) - (4 * CubicA),
        _ => 0,
    };

    private double Round(double place) => Nearest switch
    {
        "round_prefer_floor" => Math.Ceiling(place - 0.5),
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        "floor" => Math.Floor(place),
        "ceil" => Math.Ceiling(place),
        var other => throw new UnsupportedException($"nearest_mode = {other}"),
    };
}
