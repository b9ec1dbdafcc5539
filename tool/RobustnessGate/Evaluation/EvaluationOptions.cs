namespace RobustnessGate.Evaluation;

/// <summary>How an evaluation runs on this machine; none of it may change what is found, float rounding aside.</summary>
/// <param name="BatchSize">Rows of every batch that the network sees; short batches are padded to it.</param>
/// <param name="Threads">Threads of the tensor library.</param>
/// <param name="Device">"auto", "cpu", "cuda" or "cuda:n".</param>
/// <param name="AdversarialDirectory">Where judged points are saved, one NPY file an attack; null to save none.</param>
/// <param name="Clock">Time since any fixed moment, for durations in run.json; null to measure none (all are 0).</param>
/// <param name="BrokenExamples">Of which samples to hand out images where they break; null for none.</param>
/// <param name="Before">Opens the baseline's model, for pictures alone; null where it is not available.</param>
internal sealed record EvaluationOptions(
    int BatchSize = 64, int Threads = 1, string Device = "auto", string? AdversarialDirectory = null,
    Func<TimeSpan>? Clock = null, Facts.BrokenExampleRequest? BrokenExamples = null, Func<Models.Classifier>? Before = null)
{
    /// <summary>Lays the surfaces around broken samples; null for none. What measures knows nothing of how.</summary>
    internal SurfaceLayer? Surface { get; init; }
}
