using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>One pass over the training set at a time.</summary>
internal sealed class EpochRunner : IDisposable
{
    private readonly TrainingTask _task;
    private readonly TrainingState _state;
    private readonly CancellationToken _cancellation;
    private readonly Tensor[] _weights;
    private readonly Tensor? _crafted;
    private readonly int _stepsPerEpoch;
    private readonly long _steps;

    public EpochRunner(TrainingTask task, TrainingState state, CancellationToken cancellation)
    {
        (_task, _state, _cancellation) = (task, state, cancellation);
        _weights = [.. task.Network.Weights.Select(weight => weight.Value)];
        var options = task.Options;
        _stepsPerEpoch = (task.Data.Count + options.BatchSize - 1) / options.BatchSize;
        _steps = (long)options.Epochs * _stepsPerEpoch;
        _crafted = task.Regime.CraftOnce() is { } ascent ? Craft(ascent) : null;
    }

    /// <summary>All steps of the epoch that comes next, or those left of one that was begun.</summary>
    public EpochTally Run()
    {
        var tally = new EpochTally();
        using var order = Order();
        for (var step = (int)(_state.Optimizer.Steps - ((long)_state.Epoch * _stepsPerEpoch)); step < _stepsPerEpoch; step++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Step(order, step * _task.Options.BatchSize, tally);
            if (step + 1 < _stepsPerEpoch && (step + 1) % _task.CheckpointSteps == 0)
            {
                _state.Save();
            }
        }

        return tally;
    }

    public void Dispose() => _crafted?.Dispose();

    private void Step(Tensor order, int start, EpochTally tally)
    {
        using var scope = NewDisposeScope();
        var options = _task.Options;
        var positions = order.narrow(0, start, Math.Min(options.BatchSize, _task.Data.Count - start));
        var (inputs, labels) = _task.Data.At(positions);
        var crafted = _crafted?.index_select(0, positions);
        var made = _state.Optimizer.Steps;
        var share = (double)made / _steps;
        if (_task.Augmentation is { } augmentation)
        {
            inputs = augmentation.Of(inputs, options.Seed, made);
            crafted = crafted is null ? null : augmentation.Of(crafted, options.Seed, made);
        }

        var loss = _task.Regime.Loss(
            new(_task.Network, inputs, labels, made, share, options.Bounds, options.Seed)
            {
                Crafted = crafted,
            });
        tally.Add(loss);
        if (!tally.IsFinite)
        {
            throw Divergence.Explain(_task.Regime, options, _state.Epoch + 1, made + 1, tally);
        }

        _state.Optimizer.Step(
            InputGradient.OfAll(loss.Total, _weights), options.LearningRate * options.Schedule.Factor(share));
    }

    /// <summary>The samples' positions, (N) int64, in the order in which this epoch takes them.</summary>
    private Tensor Order()
    {
        using var scope = NewDisposeScope();
        using var generator = Randomness.For(_task.Options.Seed, Randomness.Purpose.Order, _state.Epoch);
        return randperm(_task.Data.Count, generator: generator).to(_task.Data.Labels.device).MoveToOuterDisposeScope();
    }

    /// <summary>An adversarial example of every training sample, (N, …input), from the source network.</summary>
    private Tensor Craft(SignAscent ascent)
    {
        using var scope = NewDisposeScope();
        var source = _task.Source ?? _task.Network;
        if (_task.Source is null && _state.Epoch > 0)
        {
            throw new InvalidOperationException(
                "a resumed training that crafts once needs its source: the network has moved on since");
        }

        using var generator = Randomness.For(_task.Options.Seed, Randomness.Purpose.CraftingOnce, 0);
        var crafted = empty_like(_task.Data.Inputs);
        source.Evaluating(() =>
        {
            for (var start = 0; start < _task.Data.Count; start += _task.Options.BatchSize)
            {
                using var batch = NewDisposeScope();
                _cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(_task.Options.BatchSize, _task.Data.Count - start);
                var labels = _task.Data.Labels.narrow(0, start, count);
                var points = ascent.Run(
                    x => -Margin.Of(source.Logits(x), labels), _task.Data.Inputs.narrow(0, start, count),
                    _task.Options.Bounds, generator);
                crafted.narrow(0, start, count).copy_(points);
            }

            return true;
        });
        return crafted.DetachFromDisposeScope();
    }
}
