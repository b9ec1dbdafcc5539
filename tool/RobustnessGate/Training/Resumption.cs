namespace RobustnessGate.Training;

/// <summary>What a training found of an earlier run in its checkpoint.</summary>
/// <param name="File">Name of the checkpoint's file.</param>
/// <param name="Epoch">Epochs finished; 0 where the checkpoint is of no use.</param>
/// <param name="Epochs">Epochs of the whole training.</param>
/// <param name="Finished">Whether nothing is left to train.</param>
/// <param name="Obstacle">Why the training cannot go on from there and starts afresh; null where it goes on.</param>
internal sealed record Resumption(string File, int Epoch, int Epochs, bool Finished, string? Obstacle)
{
    /// <summary>For people, without a full stop.</summary>
    public string Sentence => this switch
    {
        { Obstacle: { } obstacle } => $"{File} is of no use here ({obstacle}): the training starts afresh and replaces it",
        { Finished: true } => FormattableString.Invariant(
            $"{File} holds this training, finished after epoch {Epoch} of {Epochs}: nothing is left to train"),
        _ => FormattableString.Invariant($"the training goes on after epoch {Epoch} of {Epochs}, from {File}"),
    };
}
