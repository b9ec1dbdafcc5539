using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>Adam for points (Kingma and Ba 2015, Algorithm 1), with a count of steps of its own for every sample.</summary>
internal sealed class Adam : SearchState
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Tiny = 1e-8;

    private readonly double _rate;
    private readonly PerSample _mean;
    private readonly PerSample _square;
    private readonly PerSample _age;

    /// <param name="search">Whose samples.</param>
    /// <param name="rate">The learning rate, in the units of the points that are moved.</param>
    public Adam(Search search, double rate)
        : base(search)
    {
        _rate = rate;
        _mean = Track(zeros_like(search.Clean));
        _square = Track(zeros_like(search.Clean));
        _age = Track(zeros(search.Clean.shape[0], device: search.Clean.device));
    }

    /// <summary>The step that descends along a gradient.</summary>
    /// <param name="gradient">(n, …).</param>
    /// <returns>(n, …), in the caller's dispose scope.</returns>
    public Tensor Step(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        _age.Value = _age.Value + 1;
        _mean.Value = (_mean.Value * Beta1) + (gradient * (1 - Beta1));
        _square.Value = (_square.Value * Beta2) + (gradient.square() * (1 - Beta2));
        var mean = _mean.Value / Lp.PerRow(1 - pow(Beta1, _age.Value), gradient);
        var square = _square.Value / Lp.PerRow(1 - pow(Beta2, _age.Value), gradient);
        return (mean / (square.sqrt() + Tiny) * -_rate).MoveToOuterDisposeScope();
    }

    /// <summary>Some samples start anew.</summary>
    /// <param name="which">(n) bool.</param>
    public void Forget(Tensor which)
    {
        using var scope = NewDisposeScope();
        var wide = Lp.PerRow(which, _mean.Value);
        _mean.Value = _mean.Value.masked_fill(wide, 0);
        _square.Value = _square.Value.masked_fill(wide, 0);
        _age.Value = _age.Value.masked_fill(which, 0);
    }
}
