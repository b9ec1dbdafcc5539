using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Fast minimum-norm attack: gradient steps on the margin within a ball whose radius follows a first-order estimate of
/// the distance to the boundary until it is crossed, and closes in on it afterwards (Pintor et al. 2021, "Fast
/// minimum-norm adversarial attacks through adaptive norm constraints", Algorithm 1).
/// </summary>
/// <param name="Steps">Number of gradient steps.</param>
/// <param name="MaxStep">Length of the first step, in widths of the box; a cosine brings it down to a hundredth.</param>
/// <param name="Gamma">γ₀: share by which the radius changes at first; a cosine brings it down to 0.001.</param>
public sealed record Fmn(
    [property: AtLeast(1), Effort] int Steps = 100, [property: Positive] double MaxStep = 1,
    [property: Inside(0, 1)] double Gamma = 0.05) : Attack
{
    private const double LastGamma = 0.001;

    public override string Name => "fmn";

    public override IReadOnlyList<Norm> Norms => [Norm.L2, Norm.Linf, Norm.L1, Norm.L0];

    public override bool MinimalNorm => true;

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var state = new State(search);
        for (var step = 0; step < Steps && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            var seen = search.Observe(state.Points, [search.Towards(Losses.NegativeMargin)], bounded: false);
            if (search.Any)
            {
                var cosine = (1 + Math.Cos(Math.PI * step / Steps)) / 2;
                state.Move(seen, MaxStep * (0.01 + (0.99 * cosine)), LastGamma + ((Gamma - LastGamma) * cosine));
            }
        }

        if (search.Any)
        {
            search.Observe(state.Points, [], gradients: false, bounded: false);
        }
    }

    /// <summary>What every robust sample carries along.</summary>
    private sealed class State : SearchState
    {
        private readonly PerSample _width;
        private readonly PerSample _radius;
        private readonly PerSample _nearest;

        public State(Search search)
            : base(search)
        {
            using var scope = NewDisposeScope();
            Points = Track(search.Clean.clone());
            _width = Track(InputWidth.OfSamples(search));
            _radius = Track(full_like(_width.Value, search.Reach.Norm == Norm.L0 ? 1 : double.PositiveInfinity));
            _nearest = Track(full_like(_width.Value, double.PositiveInfinity));
        }

        public PerSample Points { get; }

        /// <param name="seen">Margin, its gradient (n, …) and margins (n) at the points.</param>
        /// <param name="step">α: length of the step, in widths of the box.</param>
        /// <param name="gamma">γ: share by which the radius changes.</param>
        public void Move(QueryResult seen, double step, double gamma)
        {
            using var scope = NewDisposeScope();
            // What lies at its bound cannot move: its slope would only take from the step, and from the estimate below.
            var gradient = seen.Gradient;
            gradient = gradient.masked_fill(Search.Reach.Blocked(Points.Value, gradient), 0);
            var way = Points.Value - Search.Clean;
            var through = seen.Margins.lt(0);
            var length = Lp.Of(way, Search.Reach.Norm);
            _nearest.Value = where(through, minimum(_nearest.Value, length), _nearest.Value);
            _radius.Value = Search.Reach.Norm == Norm.L0
                ? FeatureCount(through, gamma)
                : Radius(through, gamma, length + Remaining(seen.Margins, gradient));
            var direction = Lp.SteepestAscent(gradient, Norm.L2) * Lp.PerRow(_width.Value * step, way);
            Points.Value = Search.Clean + Lp.Project(way + direction, _radius.Value, Search.Reach.Norm);
        }

        /// <summary>
        /// First-order estimate of the way that is left, to end a little past the boundary: the published estimate, blind to
        /// bounds, closes in on a boundary behind many of them without ever crossing it.
        /// </summary>
        private Tensor Remaining(Tensor margins, Tensor gradient)
        {
            using var scope = NewDisposeScope();
            var least = Search.CleanLogits.abs().amax(1) * (2 * Criterion.Slack);
            var slope = Lp.Of(gradient, Lp.Dual(Search.Reach.Norm));
            return (maximum(margins.abs(), least) / slope.clamp_min(1e-12)).MoveToOuterDisposeScope();
        }

        private Tensor Radius(Tensor through, double gamma, Tensor estimate)
        {
            using var scope = NewDisposeScope();
            var outside = where(_nearest.Value.isfinite(), _radius.Value * (1 + gamma), estimate);
            return where(through, minimum(_radius.Value * (1 - gamma), _nearest.Value), outside).MoveToOuterDisposeScope();
        }

        /// <summary>In ℓ0 the radius is a number of features and changes by at least one.</summary>
        private Tensor FeatureCount(Tensor through, double gamma)
        {
            using var scope = NewDisposeScope();
            var radius = _radius.Value;
            var fewer = minimum(minimum(radius - 1, (radius * (1 - gamma)).floor()), _nearest.Value);
            var more = maximum(radius + 1, (radius * (1 + gamma)).floor());
            return where(through, fewer, more).clamp_min(0).MoveToOuterDisposeScope();
        }
    }
}
