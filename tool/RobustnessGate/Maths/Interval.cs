namespace RobustnessGate.Maths;

/// <summary>A closed interval: a confidence interval of a proportion or of a difference.</summary>
internal readonly record struct Interval(double Low, double High);
