using System.Globalization;

namespace RobustnessGate.Drawing;

/// <summary>Numbers as text: short and the same everywhere.</summary>
internal static class Digits
{
    /// <summary>A length of the picture, to a tenth of its unit; no sign on zero.</summary>
    public static string Length(double value) => Tenths((long)Math.Round(Math.Clamp(value * 10, -1e6, 1e6), MidpointRounding.AwayFromZero));

    /// <summary>A number of tenths, as short as SVG allows (".5", "-.5", "12").</summary>
    public static string Tenths(long tenths)
    {
        var (whole, rest) = Math.DivRem(Math.Abs(tenths), 10);
        var sign = tenths < 0 ? "-" : "";
        return rest == 0
            ? $"{sign}{whole.ToString(CultureInfo.InvariantCulture)}"
            : $"{sign}{(whole == 0 ? "" : whole.ToString(CultureInfo.InvariantCulture))}.{rest.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>A number for people, with as many decimals as the step between neighbours asks for.</summary>
    public static string Tick(double value, double step)
    {
        if (Math.Abs(value) < Math.Abs(step) * 1e-9)
        {
            return "0";
        }

        var large = Math.Max(Math.Abs(value), Math.Abs(step));
        if (large >= 1e5 || step < 1e-4)
        {
            return Sign(value.ToString("0.###e0", CultureInfo.InvariantCulture));
        }

        var decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        return Sign(value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }

    /// <summary>A number for people, to three significant digits.</summary>
    public static string Short(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
        }

        var size = Math.Abs(value);
        return Sign(size is 0 or (>= 1e-3 and < 1e5)
            ? ((double)(decimal)RoundTo(value, 3)).ToString("0.######", CultureInfo.InvariantCulture)
            : value.ToString("0.##e0", CultureInfo.InvariantCulture));
    }

    private static double RoundTo(double value, int significant)
    {
        if (value == 0)
        {
            return 0;
        }

        var decimals = significant - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return decimals >= 0 ? Math.Round(value, Math.Min(decimals, 15)) : Math.Round(value / Math.Pow(10, -decimals)) * Math.Pow(10, -decimals);
    }

    /// <summary>The minus sign in place of the hyphen; none before a number that was rounded to zero.</summary>
    private static string Sign(string number) =>
        (number.StartsWith('-') && !number.AsSpan().ContainsAnyInRange('1', '9') ? number[1..] : number).Replace('-', '−');
}
