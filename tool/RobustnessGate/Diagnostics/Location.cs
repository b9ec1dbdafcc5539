namespace RobustnessGate.Diagnostics;

/// <summary>A place in a text file; line and column count from 1.</summary>
public sealed record Location(string File, int Line, int Column);
