using RobustnessGate.Maths;
using RobustnessGate.Regimes;

namespace RobustnessGate.Training;

/// <param name="Epochs">Passes over the training set.</param>
/// <param name="LearningRate">The schedule's peak.</param>
/// <param name="Bounds">The box that inputs live in, in raw units; crafted inputs stay inside. Null for none.</param>
/// <param name="Seed">Of the order of samples and of all crafting. Weights bring their own.</param>
internal sealed record TrainingOptions(
    int Epochs, int BatchSize, double LearningRate, Optimizer Optimizer, Schedule Schedule, Bounds? Bounds, long Seed);

/// <summary>Measuring on samples that are not trained on, after every epoch.</summary>
/// <param name="Data">The samples.</param>
/// <param name="Search">How robust accuracy is measured.</param>
/// <param name="Patience">
/// After how many epochs without a better robust accuracy training stops and goes back to the best weights; null to
/// train all epochs and keep the last weights.
/// </param>
internal sealed record Validation(TrainingSet Data, SignAscent Search, int? Patience = null);

/// <summary>Counts on held-out samples.</summary>
internal sealed record Score(int Natural, int Robust, int Total)
{
    /// <summary>More robust samples, or as many with more natural ones.</summary>
    public bool Beats(Score? other) =>
        other is null || Robust > other.Robust || (Robust == other.Robust && Natural > other.Natural);
}

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">
/// Mean of what was minimised over the epoch's steps; where the training went on within the epoch, over those since.
/// </param>
/// <param name="Fit">Mean cross-entropy.</param>
/// <param name="Penalty">Mean of the regime's penalty over the steps that had one; null where none had.</param>
/// <param name="Score">On held-out samples; null where there are none.</param>
internal sealed record EpochReport(int Epoch, int Epochs, double Loss, double Fit, double? Penalty, Score? Score);
