using System.Collections.Immutable;
using System.Globalization;

namespace RobustnessGate.Drawing;

/// <summary>
/// Colours that people with any colour vision tell apart. Losses go from dark blue to yellow with lightness rising
/// throughout (the colours of cividis: Nuñez, Anderton and Renslow 2018); the decision function has blue where the
/// prediction is right and orange where it is wrong, deeper with |L|; in dark mode the middle is dark instead of pale.
/// </summary>
internal static class Palette
{
    /// <summary>Shades on each side of zero, and of a loss.</summary>
    public const int Shades = 16;

    private static readonly ImmutableArray<int> Cividis =
        [0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173, 0x8a8678, 0xa59c74, 0xc3b369, 0xe1cc55, 0xfee838];

    private static readonly ImmutableArray<int> RightLight = [0xf3f7fb, 0xc6dbef, 0x85bbdd, 0x4292c6, 0x1c64a8, 0x0a3d78];
    private static readonly ImmutableArray<int> WrongLight = [0xfef4e9, 0xfdd9b0, 0xfdae6b, 0xf58231, 0xcf5208, 0x8c2f04];
    private static readonly ImmutableArray<int> RightDark = [0x16202b, 0x17395a, 0x1f5a8c, 0x3584be, 0x74b3de, 0xc4e0f4];
    private static readonly ImmutableArray<int> WrongDark = [0x2b2017, 0x5c2f0c, 0x904408, 0xc8651b, 0xf09a52, 0xfbd5ad];

    /// <summary>Class of a loss at a share of the scale, 0 … 1.</summary>
    public static string Loss(double share) => $"s{Shade(share)}";

    /// <summary>Class of a value of the decision function at a share of the scale, −1 … 1.</summary>
    public static string Decision(double share) => $"{(share < 0 ? 'n' : 'p')}{Shade(Math.Abs(share))}";

    /// <summary>Rules for all classes.</summary>
    internal static string Light => Rules('s', Cividis) + Rules('p', RightLight) + Rules('n', WrongLight);

    /// <summary>Rules that differ in dark mode.</summary>
    internal static string Dark => Rules('p', RightDark) + Rules('n', WrongDark);

    /// <summary>The colour of a ramp at a share of it.</summary>
    public static int At(ImmutableArray<int> ramp, double share)
    {
        var place = Math.Clamp(share, 0, 1) * (ramp.Length - 1);
        var below = Math.Min((int)place, ramp.Length - 2);
        var mixed = 0;
        for (var shift = 16; shift >= 0; shift -= 8)
        {
            int a = (ramp[below] >> shift) & 255, b = (ramp[below + 1] >> shift) & 255;
            mixed = (mixed << 8) | (int)Math.Round(a + ((place - below) * (b - a)));
        }

        return mixed;
    }

    private static string Shade(double share) =>
        ((int)Math.Clamp(Math.Floor(share * Shades), 0, Shades - 1)).ToString(CultureInfo.InvariantCulture);

    private static string Rules(char name, ImmutableArray<int> ramp) => string.Concat(Enumerable.Range(0, Shades).Select(
        i => $".rg .{name}{i.ToString(CultureInfo.InvariantCulture)}{{fill:#{At(ramp, i / (Shades - 1.0)):x6}}}"));
}
