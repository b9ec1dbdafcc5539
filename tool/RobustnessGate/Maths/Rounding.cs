namespace RobustnessGate.Maths;

/// <summary>Numbers as they are stored.</summary>
internal static class Rounding
{
    /// <summary>Four significant digits: what a baseline stores, so what both sides of a comparison are rounded to.</summary>
    public static double? FourDigits(double? value)
    {
        if (value is not { } v || !double.IsFinite(v))
        {
            return null;
        }

        return double.Parse(
            v.ToString("E3", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
