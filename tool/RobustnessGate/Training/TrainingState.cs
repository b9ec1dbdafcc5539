using RobustnessGate.Regimes;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Where a training stands: epochs and steps made, the optimizer's moments, the best weights so far.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TrainingTask _task;
    private readonly string _identity;
    private readonly IReadOnlyList<(string Name, Tensor Value)> _best;
    private int _since;
    private Score? _bestScore;
    private bool _stopped;

    public TrainingState(TrainingTask task)
    {
        _task = task;
        _identity = TrainingIdentity.Of(task);
        Optimizer = new(task.Options.Optimizer, task.Network);
        using var frozen = no_grad();
        _best = KeepsBest
            ? [.. task.Network.State().Select(part => ($"best/{part.Name}", part.Value.detach().clone().DetachFromDisposeScope()))]
            : [];
    }

    public Optimizer.State Optimizer { get; }

    /// <summary>Epochs finished.</summary>
    public int Epoch { get; private set; }

    /// <summary>How far the training came, and which epoch the network's weights are of once it has finished.</summary>
    public TrainingEnd End => new(Epoch, KeepsBest ? Epoch - _since : Epoch);

    public bool IsFinished => _stopped || Epoch >= _task.Options.Epochs;

    private bool KeepsBest => _task.Validation?.Patience is not null;

    /// <summary>Everything that a checkpoint holds, always in this order.</summary>
    private IReadOnlyList<(string Name, Tensor Value)> Tensors => [.. _task.Network.State(), .. Optimizer.Named, .. _best];

    /// <summary>Goes on from the task's checkpoint, if there is one of this training.</summary>
    /// <returns>What was found; null without a checkpoint.</returns>
    public Resumption? Resume()
    {
        if (_task.CheckpointPath is not { } path)
        {
            return null;
        }

        var (saved, obstacle) = Checkpoint.Load(path, _identity, Tensors);
        if (saved is not null)
        {
            (Epoch, Optimizer.Steps, _since, _bestScore, _stopped) =
                (saved.Epoch, saved.Steps, saved.Since, saved.Best, saved.Finished);
        }

        return saved is null && obstacle is null
            ? null
            : new(Path.GetFileName(path), Epoch, _task.Options.Epochs, IsFinished, obstacle);
    }

    /// <summary>Counts the epoch, keeps its weights if they are the best, and saves the state.</summary>
    public void EndEpoch(Score? score)
    {
        Epoch++;
        if (KeepsBest && score is not null)
        {
            if (score.Beats(_bestScore))
            {
                (_bestScore, _since) = (score, 0);
                Copy(_task.Network.State(), _best);
            }
            else
            {
                _since++;
            }

            _stopped = _since >= _task.Validation!.Patience;
            if (IsFinished)
            {
                Copy(_best, _task.Network.State());
            }
        }

        Save();
    }

    /// <summary>Writes the state as it stands to the task's checkpoint, if it has one.</summary>
    public void Save()
    {
        if (_task.CheckpointPath is { } path)
        {
            new Checkpoint(_identity, Epoch, Optimizer.Steps, _since, _bestScore, _stopped).Save(path, Tensors);
        }
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        foreach (var (_, value) in _best)
        {
            value.Dispose();
        }
    }

    private static void Copy(IEnumerable<(string Name, Tensor Value)> from, IEnumerable<(string Name, Tensor Value)> to)
    {
        using var frozen = no_grad();
        foreach (var (source, target) in from.Zip(to))
        {
            target.Value.copy_(source.Value);
        }
    }
}
