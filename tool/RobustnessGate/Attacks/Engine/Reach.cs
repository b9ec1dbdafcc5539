using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>
/// The points that an attack may reach from each sample: a ball around it, cut by the box of valid inputs; a box of its
/// own; or, in a search for the nearest point, any valid input.
/// </summary>
public sealed class Reach
{
    private readonly Limit _limit;
    private readonly PerSample _clean;
    private readonly PerSample _boxLow;
    private readonly PerSample _boxHigh;
    private readonly PerSample _low;
    private readonly PerSample _high;

    /// <param name="track">Takes a tensor into the care of the search.</param>
    /// <param name="clean">The samples.</param>
    /// <param name="low">Least valid value of every feature, shaped like the samples.</param>
    /// <param name="high">Greatest valid value.</param>
    /// <param name="norm">In which distances are measured.</param>
    /// <param name="limit">The ball, if any.</param>
    internal Reach(Func<Tensor, PerSample> track, PerSample clean, Tensor low, Tensor high, Norm norm, Limit limit)
    {
        (_clean, Norm, _limit) = (clean, norm, limit);
        (_boxLow, _boxHigh) = (track(low.alias()), track(high.alias()));
        // A ball in ℓ∞ is a box too: one clamp does both.
        var ball = norm == Norm.Linf ? limit.Radius : null;
        _low = ball is { } down ? track(maximum(low, clean.Value - down)) : _boxLow;
        _high = ball is { } up ? track(minimum(high, clean.Value + up)) : _boxHigh;
    }

    /// <summary>In which distances are measured.</summary>
    public Norm Norm { get; }

    /// <summary>Of the ball, in raw input units.</summary>
    /// <exception cref="InvalidOperationException">There is no ball.</exception>
    public double Radius => _limit.Radius ?? throw new InvalidOperationException("the search has no ball, so no radius");

    /// <summary>(n, …): least reachable value of every feature, of box and ball in ℓ∞, of the box otherwise.</summary>
    public Tensor Low => _low.Value;

    /// <summary>(n, …): greatest reachable value of every feature.</summary>
    public Tensor High => _high.Value;

    /// <summary>(n, …): least valid value of every feature, whatever the ball.</summary>
    public Tensor BoxLow => _boxLow.Value;

    /// <summary>(n, …): greatest valid value of every feature, whatever the ball.</summary>
    public Tensor BoxHigh => _boxHigh.Value;

    /// <summary>Points of the ℓ∞ ball or of the box, by where each feature lies between its ends.</summary>
    /// <param name="shares">(n, …) from −1, the lower end, to 1, the upper one.</param>
    /// <returns>(n, …) in raw input units; of a ball they may lie outside valid inputs.</returns>
    /// <exception cref="InvalidOperationException">Neither ball nor box limits the search.</exception>
    public Tensor Point(Tensor shares)
    {
        using var scope = NewDisposeScope();
        return (_limit.IsBox ? Low + ((High - Low) * (shares + 1) / 2) : _clean.Value + (Radius * shares)).MoveToOuterDisposeScope();
    }

    /// <summary>Radii in raw input units. In a box each feature has a radius of its own, half its width.</summary>
    /// <param name="radii">Of the points' rank, (n, 1, …) or (n, …).</param>
    /// <returns>Lengths, in the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">Neither ball nor box limits the search.</exception>
    public Tensor Scale(Tensor radii)
    {
        using var scope = NewDisposeScope();
        return (_limit.IsBox ? radii * ((High - Low) / 2) : radii * Radius).MoveToOuterDisposeScope();
    }

    /// <summary>Moves points in place along a direction.</summary>
    /// <param name="points">(n, …).</param>
    /// <param name="direction">(n, …).</param>
    /// <param name="radii">How far, in radii, as in <see cref="Scale"/>.</param>
    /// <exception cref="InvalidOperationException">Neither ball nor box limits the search.</exception>
    public void Advance(Tensor points, Tensor direction, double radii)
    {
        if (!_limit.IsBox)
        {
            points.add_(direction, alpha: radii * Radius);
            return;
        }

        using var scope = NewDisposeScope();
        points.add_(direction * ((High - Low) * (radii / 2)));
    }

    /// <summary>(n, …) bool: features at a bound of the box that a step along the gradient would push out of it.</summary>
    /// <param name="points">(n, …).</param>
    /// <param name="gradient">(n, …).</param>
    public Tensor Blocked(Tensor points, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return points.ge(BoxHigh).logical_and(gradient.gt(0)).logical_or(points.le(BoxLow).logical_and(gradient.lt(0)))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Moves points to the nearest reachable ones. Every query does so by itself.</summary>
    /// <param name="points">(n, …), changed in place.</param>
    public void Project(PerSample points) => Project(points, bounded: true);

    /// <summary>Greatest distance from the sample that counts as inside.</summary>
    internal double Farthest(double room) => _limit.Farthest(room);

    /// <summary>Rows moved to the nearest reachable point: onto the ball first, into the box last, in place where it can.</summary>
    /// <param name="points">The rows.</param>
    /// <param name="bounded">Whether the ball counts.</param>
    internal void Project(PerSample points, bool bounded)
    {
        if (!bounded)
        {
            points.Value.clamp_(BoxLow, BoxHigh);
            return;
        }

        if (Norm != Norm.Linf && _limit.Radius is { } radius)
        {
            using var scope = NewDisposeScope();
            points.Value = Lp.ProjectWithin(points.Value, _clean.Value, radius, Norm, BoxLow, BoxHigh);
        }

        points.Value.clamp_(Low, High);
    }
}
