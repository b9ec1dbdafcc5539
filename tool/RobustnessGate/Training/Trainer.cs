using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>What is trained, on what, how.</summary>
/// <param name="Network">Its weights are changed in place.</param>
internal sealed record TrainingTask(ITrainable Network, TrainingSet Data, Regimes.Regime Regime, TrainingOptions Options)
{
    /// <summary>What is done to the samples of each step; null for nothing.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>Held-out samples; null for none.</summary>
    public Validation? Validation { get; init; }

    /// <summary>What examples are crafted from where a regime crafts once; null for the network before its first step.</summary>
    public ITrainable? Source { get; init; }

    /// <summary>
    /// File that holds the state after every epoch. If it exists and is of the same training, the training goes on from
    /// there; null to keep none.
    /// </summary>
    public string? CheckpointPath { get; init; }

    /// <summary>After how many steps the state is kept within an epoch as well; null for after epochs only.</summary>
    public int? CheckpointSteps { get; init; }

    /// <summary>Receives what was found at <see cref="CheckpointPath"/>, before the first step; not called where nothing was.</summary>
    public Action<Resumption>? Found { get; init; }
}

/// <param name="Epochs">Epochs made.</param>
/// <param name="Kept">The one whose weights the network has: the last, or with patience the best.</param>
internal sealed record TrainingEnd(int Epochs, int Kept);

/// <summary>
/// The training loop. Deterministic for a seed, a thread count and a device: the order of samples and every random
/// draw are functions of the seed and the step, so a training that was killed and resumed ends at the same weights.
/// </summary>
internal static class Trainer
{
    /// <param name="progress">Called after every epoch.</param>
    /// <exception cref="Diagnostics.MistakeException">
    /// RG0480: the loss became infinite or NaN; RG0914: gradients are wrong on this machine, however computed.
    /// </exception>
    /// <exception cref="OperationCanceledException">Stopped between two steps.</exception>
    public static TrainingEnd Run(TrainingTask task, Action<EpochReport> progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var state = new TrainingState(task);
        if (state.Resume() is { } found)
        {
            task.Found?.Invoke(found);
        }

        if (state.IsFinished)
        {
            return state.End;
        }

        TrainingProof.Require(task);
        using var epochs = new EpochRunner(task, state, cancellation);
        task.Network.Training = true;
        try
        {
            while (!state.IsFinished)
            {
                var tally = epochs.Run();
                var score = Measure(task);
                progress(tally.Report(state.Epoch + 1, task.Options.Epochs, score));
                state.EndEpoch(score);
            }

            return state.End;
        }
        finally
        {
            task.Network.Training = false;
        }
    }

    private static Score? Measure(TrainingTask task) => task.Validation is { } validation
        ? new(
            Accuracy.Natural(task.Network, validation.Data),
            Accuracy.Robust(task.Network, validation.Data, validation.Search, task.Options.Bounds, task.Options.Seed),
            validation.Data.Count)
        : null;
}
