using System.Globalization;

namespace RobustnessGate.Maths;

/// <summary>A radius in raw input units, or <c>box</c>: the per-sample region of the data.</summary>
/// <param name="Value">The radius; NaN for the box.</param>
/// <param name="Text">Invariant text as used in ids: the shortest form of <paramref name="Value"/>, or "box".</param>
internal readonly record struct Epsilon(double Value, string Text) : IComparable<Epsilon>
{
    public static readonly Epsilon Box = new(double.NaN, "box");

    public bool IsBox => double.IsNaN(Value);

    public static Epsilon Of(double value) => new(value, value.ToString("R", CultureInfo.InvariantCulture));

    public int CompareTo(Epsilon other) => Value.CompareTo(other.Value);

    public override string ToString() => Text;
}
