using RobustnessGate.Facts;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation;

/// <summary>The decision surfaces around a broken sample, equally wide.</summary>
/// <param name="Now">Of the model under test.</param>
/// <param name="Before">Of the baseline's; null where it is not available, or has no plane here.</param>
internal sealed record BrokenExamplePlane(SurfaceGrid Now, SurfaceGrid? Before)
{
    /// <summary>Whether there is anything to see: a place where the model under test is wrong.</summary>
    public bool MeetsBoundary { get; } = Now.Margins.Any(margin => margin <= 0);
}

/// <summary>Lays the decision surfaces around a sample that an attack broke.</summary>
/// <param name="run">What broke the sample.</param>
/// <param name="position">Of the sample.</param>
/// <param name="point">Where: the judged point.</param>
/// <returns>Null where there is none, or it tells nothing.</returns>
internal delegate BrokenExamplePlane? LaySurface(AttackRun run, int position, float[] point);

/// <summary>Makes what lays the surfaces of one evaluation.</summary>
/// <param name="model">The model under test.</param>
/// <param name="before">The baseline's; null where it is not available.</param>
/// <param name="seed">Root of random directions.</param>
internal delegate LaySurface SurfaceLayer(BatchedModel model, BatchedModel? before, SampleTensors samples, long seed, CancellationToken cancel);
