namespace RobustnessGate.Maths;

/// <summary>A closed interval of raw input values.</summary>
public readonly record struct Bounds(double Low, double High)
{
    public double Range => High - Low;
}
