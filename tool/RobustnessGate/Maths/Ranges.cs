namespace RobustnessGate.Maths;

/// <summary>The values that a parameter may have. Written so that NaN never passes.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class RangeAttribute : Attribute
{
    public abstract bool Allows(double value);

    /// <summary>The range in words, to follow "must be".</summary>
    public abstract string Words { get; }
}

internal sealed class AtLeastAttribute(double least) : RangeAttribute
{
    public double Least { get; } = least;

    public override bool Allows(double value) => value >= Least && double.IsFinite(value);

    public override string Words => FormattableString.Invariant($"at least {Least}");
}

internal sealed class PositiveAttribute : RangeAttribute
{
    public override bool Allows(double value) => value > 0 && double.IsFinite(value);

    public override string Words => "greater than 0";
}

/// <summary>A closed interval.</summary>
internal sealed class BetweenAttribute(double low, double high) : RangeAttribute
{
    public double Low { get; } = low;

    public double High { get; } = high;

    public override bool Allows(double value) => value >= Low && value <= High;

    public override string Words => Low < High
        ? FormattableString.Invariant($"between {Low} and {High}")
        : FormattableString.Invariant($"equal to {Low}");
}

/// <summary>An open interval.</summary>
internal sealed class InsideAttribute(double low, double high) : RangeAttribute
{
    public double Low { get; } = low;

    public double High { get; } = high;

    public override bool Allows(double value) => value > Low && value < High;

    public override string Words => FormattableString.Invariant($"greater than {Low} and less than {High}");
}
