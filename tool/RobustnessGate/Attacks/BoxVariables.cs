using RobustnessGate.Attacks.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Points of the box as hyperbolic tangents of free variables (Carlini and Wagner 2017, Section V-B), measured from the
/// samples: the point of the first variables is the sample itself, to the bit. Features without bounds are their own
/// variables.
/// </summary>
internal sealed class BoxVariables : SearchState
{
    /// <summary>
    /// How far inside the box the search sees the samples. A sample on the border has no slope at all; at the 1e-6 of
    /// the published code black and white pixels take hundreds of steps to leave it.
    /// </summary>
    private const double Inside = 1e-3;

    private readonly PerSample _width;
    private readonly PerSample _first;
    private readonly PerSample _free;
    private readonly PerSample _variables;

    public BoxVariables(Search search)
        : base(search)
    {
        using var scope = NewDisposeScope();
        _width = Track(InputWidth.OfFeatures(search));
        _free = Track((search.Reach.BoxHigh - search.Reach.BoxLow).isfinite().logical_not());
        var share = where(_free.Value, zeros_like(search.Clean), (search.Clean - search.Reach.BoxLow) / _width.Value);
        var centred = ((2 * share.nan_to_num(0.5)) - 1).clamp(-1, 1) * (1 - Inside);
        _first = Track(where(_free.Value, zeros_like(centred), centred.atanh()));
        _variables = Track(_first.Value.clone());
    }

    /// <summary>(n, …): the points that the variables stand for, up to rounding in the box.</summary>
    public Tensor Points()
    {
        using var scope = NewDisposeScope();
        var moved = where(_free.Value, _variables.Value - _first.Value, (_variables.Value.tanh() - _first.Value.tanh()) / 2);
        return (Search.Clean + (moved * _width.Value)).MoveToOuterDisposeScope();
    }

    /// <summary>A distance in raw units as a share of the box.</summary>
    /// <param name="distance">(n, …) in raw units.</param>
    public Tensor InWidths(Tensor distance) => distance / _width.Value;

    /// <summary>A gradient by raw units as one by shares of the box.</summary>
    /// <param name="gradient">(n, …) by raw units.</param>
    public Tensor PerWidth(Tensor gradient) => gradient * _width.Value;

    /// <summary>(n, …): ∂share/∂variable.</summary>
    public Tensor Slope()
    {
        using var scope = NewDisposeScope();
        return where(_free.Value, ones_like(_width.Value), (1 - _variables.Value.tanh().square()) / 2).MoveToOuterDisposeScope();
    }

    /// <summary>Moves the variables.</summary>
    /// <param name="step">(n, …).</param>
    public void Add(Tensor step) => _variables.Value = _variables.Value + step;

    /// <summary>Samples back to themselves.</summary>
    /// <param name="which">(n) bool.</param>
    public void Restart(Tensor which)
    {
        using var scope = NewDisposeScope();
        _variables.Value = where(Maths.Lp.PerRow(which, _first.Value), _first.Value, _variables.Value);
    }
}
