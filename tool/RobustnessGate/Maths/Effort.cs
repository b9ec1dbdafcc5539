namespace RobustnessGate.Maths;

/// <summary>
/// A parameter that is a budget: more of it searches longer, so a change that raises it does not lower the bar. Any
/// other change of a parameter makes another attack, of which nobody can say whether it is weaker.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EffortAttribute : Attribute;
