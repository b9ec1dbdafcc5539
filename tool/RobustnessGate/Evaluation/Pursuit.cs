namespace RobustnessGate.Evaluation;

public sealed class Pursuit { }
