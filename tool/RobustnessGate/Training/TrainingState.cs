using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Where a training stands: epochs and steps made, the optimizer's moments, the best weights so far.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TrainingTask _task;
    private readonly IReadOnlyList<(string Name, Tensor Value)> _best;
    private int _since;
    private Score? _bestScore;
    private bool _stopped;

    public TrainingState(TrainingTask task)
    {
        _task = task;
        Optimizer = new(task.Options.Optimizer, task.Network);
        using var frozen = no_grad();
        _best = KeepsBest
            ? [.. task.Network.State().Select(part => ($"best/{part.Name}", part.Value.detach().clone().DetachFromDisposeScope()))]
            : [];
    }

    public Optimizer.State Optimizer { get; }

    /// <summary>Epochs finished.</summary>
    public int Epoch { get; private set; }

    public bool IsFinished => _stopped || Epoch >= _task.Options.Epochs;

    private bool KeepsBest => _task.Validation?.Patience is not null;

    /// <summary>Everything that a checkpoint holds, always in this order.</summary>
    private IReadOnlyList<(string Name, Tensor Value)> Tensors => [.. _task.Network.State(), .. Optimizer.Named, .. _best];

    /// <summary>Goes on from the task's checkpoint, if there is one of this training.</summary>
    public void Resume()
    {
        if (_task.CheckpointPath is { } path && Checkpoint.Load(path, Identity(), Tensors) is { } saved)
        {
            (Epoch, Optimizer.Steps, _since, _bestScore, _stopped) =
                (saved.Epoch, saved.Steps, saved.Since, saved.Best, saved.Finished);
        }
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

        if (_task.CheckpointPath is { } path)
        {
            new Checkpoint(Identity(), Epoch, Optimizer.Steps, _since, _bestScore, _stopped).Save(path, Tensors);
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

    /// <summary>What makes a training the same: regime, options, validation, data and the network's form.</summary>
    private string Identity()
    {
        using var scope = NewDisposeScope();
        var shapes = _task.Network.State().Select(part => $"{part.Name}:{string.Join('x', part.Value.shape)}");
        var sums = new[] { _task.Data.Inputs.sum(ScalarType.Float64), _task.Data.Labels.sum(ScalarType.Float64) }
            .Select(sum => sum.cpu().item<double>().ToString("R", CultureInfo.InvariantCulture));
        return FormattableString.Invariant(
            $"{_task.Regime}|{_task.Options}|{_task.Validation?.Search}|{_task.Validation?.Patience}|{string.Join(' ', shapes)}|{_task.Data.Count} {string.Join(' ', sums)}");
    }
}
