namespace RobustnessGate.Maths;

/// <summary>Which points of an attack are judged: any that it meets, or its final iterate alone.</summary>
internal enum Judge { Any, Last }
