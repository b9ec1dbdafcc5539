using RobustnessGate.Regimes;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Sums of one epoch's losses, in float64.</summary>
internal sealed class EpochTally
{
    private double _loss;
    private double _fit;
    private double _penalty;
    private int _steps;
    private int _penalised;

    /// <summary>Whether every loss so far was a number.</summary>
    public bool IsFinite => double.IsFinite(_loss);

    public double LastFit { get; private set; }

    public double? LastPenalty { get; private set; }

    public void Add(StepLoss loss)
    {
        _steps++;
        _loss += Number(loss.Total);
        LastFit = Number(loss.Fit);
        _fit += LastFit;
        LastPenalty = loss.Penalty is null ? null : Number(loss.Penalty);
        if (LastPenalty is { } penalty)
        {
            _penalised++;
            _penalty += penalty;
        }
    }

    public EpochReport Report(int epoch, int epochs, Score? score) =>
        new(epoch, epochs, _loss / _steps, _fit / _steps, _penalised == 0 ? null : _penalty / _penalised, score);

    private static double Number(Tensor scalar) => scalar.to(ScalarType.Float64).item<double>();
}
