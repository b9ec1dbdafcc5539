using RobustnessGate.Regimes;

namespace RobustnessGate.Policies;

/// <summary>How <c>harden</c> trains.</summary>
/// <param name="Regime">What is minimised; a radius that it leaves open is taken from the attacks.</param>
/// <param name="Data">The samples to train on; null where the policy has none.</param>
/// <param name="LearningRate">Peak of the schedule: a short linear rise, then half a cosine.</param>
/// <param name="HeldOut">How many of the last training samples are measured on instead, after each epoch.</param>
/// <param name="Patience">Epochs without a better held-out robust accuracy after which training stops; null to train all.</param>
internal sealed record HardenSection(
    Regime Regime, DataSection? Data, int Epochs, int BatchSize, double LearningRate, int HeldOut, int? Patience);
