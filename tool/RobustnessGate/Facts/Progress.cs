namespace RobustnessGate.Facts;

/// <summary>How far one part of an evaluation is.</summary>
/// <param name="Part">"natural", an attack's id, or "indicator".</param>
/// <param name="Done">Between 0 and 1.</param>
/// <param name="Robust">Samples still classified rightly.</param>
/// <param name="Samples">Samples in all.</param>
/// <param name="Forwards">Per-sample forward passes so far.</param>
/// <param name="Backwards">Per-sample backward passes so far.</param>
internal sealed record Progress(string Part, double Done, int Robust, int Samples, long Forwards, long Backwards);
