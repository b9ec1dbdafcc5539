using RobustnessGate.Policies;

namespace RobustnessGate.Training;

/// <param name="Epochs">Passes over the training set.</param>
/// <param name="LearningRate">The schedule's peak.</param>
/// <param name="Bounds">The box that inputs live in, in raw units; crafted inputs stay inside. Null for none.</param>
/// <param name="Seed">Of the order of samples and of all crafting. Weights bring their own.</param>
public sealed record TrainingOptions(
    int Epochs, int BatchSize, double LearningRate, Optimizer Optimizer, Schedule Schedule, Bounds? Bounds, long Seed);

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean over the epoch's steps of what was minimised.</param>
/// <param name="Fit">Mean cross-entropy.</param>
/// <param name="Penalty">Mean of the regime's penalty over the steps that had one; null where none had.</param>
public sealed record EpochReport(int Epoch, int Epochs, double Loss, double Fit, double? Penalty);
