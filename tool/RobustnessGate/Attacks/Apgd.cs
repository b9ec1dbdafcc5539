using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Auto-PGD: momentum steps whose length halves whenever a stretch of iterations brings too little
/// (Croce and Hein 2020, "Reliable evaluation of adversarial robustness", Algorithm 1).
/// </summary>
internal static class Apgd
{
    private const double Momentum = 0.75;
    private const double EnoughIncreases = 0.75;

    /// <summary>In radii: across the ball.</summary>
    private const double FirstStep = 2;

    /// <summary>One run from a random start for the samples that are robust.</summary>
    /// <param name="search">Whose samples.</param>
    /// <param name="objective">What to climb.</param>
    /// <param name="iterations">Number of steps.</param>
    /// <param name="run">Names the random start.</param>
    public static void Run(Search search, Objective objective, int iterations, int run)
    {
        using var state = new State(search, Start(search, run), objective);
        var window = new CheckpointSchedule(iterations);
        for (var iteration = 0; iteration < iterations && search.Any; iteration++)
        {
            using var scope = NewDisposeScope();
            state.Move(iteration == 0 ? 1 : Momentum);
            state.Look(last: iteration == iterations - 1);
            if (search.Any && window.IsCheckpoint(iteration))
            {
                state.Check(window.Length * EnoughIncreases);
                window.Next();
            }
        }
    }

    /// <summary>A random point on the border of the ball: in ℓ∞ at least one feature is a full ε away.</summary>
    private static Tensor Start(Search search, int run)
    {
        using var scope = NewDisposeScope();
        if (search.Reach.Norm == Norm.Linf)
        {
            var uniform = search.Uniform(run);
            var full = uniform / Lp.PerRow(Lp.Of(uniform, Norm.Linf).clamp_min(1e-12), uniform);
            return search.Reach.Point(full).MoveToOuterDisposeScope();
        }

        var direction = Lp.SteepestAscent(search.Normal(run), Norm.L2);
        return (search.Clean + (search.Reach.Radius * direction)).MoveToOuterDisposeScope();
    }

    /// <summary>When progress is checked: first after 22 % of the iterations, then in stretches that shrink to 6 %.</summary>
    private sealed class CheckpointSchedule(int iterations)
    {
        private int _last = -1;

        public int Length { get; private set; } = Math.Max((int)(0.22 * iterations), 1);

        public bool IsCheckpoint(int iteration) => iteration - _last == Length;

        public void Next()
        {
            _last += Length;
            Length = Math.Max(Length - Math.Max((int)(0.03 * iterations), 1), Math.Max((int)(0.06 * iterations), 1));
        }
    }

    /// <summary>What every robust sample carries along.</summary>
    private sealed class State : SearchState
    {
        private readonly Objective _objective;
        private readonly PerSample _points;
        private readonly PerSample _previous;
        private readonly PerSample _gradient;
        private readonly PerSample _loss;
        private readonly PerSample _best;
        private readonly PerSample _bestGradient;
        private readonly PerSample _bestLoss;
        private readonly PerSample _bestLossAtCheck;
        private readonly PerSample _halvedAtCheck;
        private readonly PerSample _increases;

        /// <summary>(n, 1, …) in raw input units; in a box (n, …), a length for each feature.</summary>
        private readonly PerSample _step;

        /// <param name="start">(n, …) in raw input units.</param>
        /// <param name="objective">What to climb.</param>
        public State(Search search, Tensor start, Objective objective)
            : base(search)
        {
            using var scope = NewDisposeScope();
            (_objective, _points) = (objective, Track(start));
            var first = search.Observe(_points, [objective]);
            var n = first.Margins.shape[0];
            _previous = Track(_points.Value.clone());
            _gradient = Track(first.Gradient);
            _loss = Track(first.Loss);
            _best = Track(_points.Value.clone());
            _bestGradient = Track(_gradient.Value.clone());
            _bestLoss = Track(_loss.Value.clone());
            _bestLossAtCheck = Track(_loss.Value.clone());
            _halvedAtCheck = Track(ones(n, dtype: ScalarType.Bool, device: search.Clean.device));
            _increases = Track(zeros(n, device: search.Clean.device));
            _step = Track(search.Reach.Scale(Lp.PerRow(full(n, FirstStep, device: search.Clean.device), _points.Value)));
        }

        public void Move(double momentum)
        {
            using var scope = NewDisposeScope();
            using var ahead = new PerSample(Lp.SteepestAscent(_gradient.Value, Search.Reach.Norm).mul_(_step.Value).add_(_points.Value));
            Search.Reach.Project(ahead);
            var drift = _previous.Value.sub_(_points.Value);
            var next = _points.Value.lerp(ahead.Value, momentum).add_(drift, alpha: momentum - 1);
            _previous.Value = _points.Value.alias();
            _points.Value = next;
        }

        public void Look(bool last)
        {
            using var before = Search.Track(_loss.Value.clone());
            if (last)
            {
                Search.Conclude(_points);
                return;
            }

            var seen = Search.Observe(_points, [_objective]);
            _gradient.Value = seen.Gradient;
            _loss.Value = seen.Loss;
            _increases.Value = _increases.Value + _loss.Value.gt(before.Value).to(ScalarType.Float32);
            var better = _loss.Value.gt(_bestLoss.Value);
            var wide = Lp.PerRow(better, _points.Value);
            _best.Value = where(wide, _points.Value, _best.Value);
            _bestGradient.Value = where(wide, _gradient.Value, _bestGradient.Value);
            _bestLoss.Value = where(better, _loss.Value, _bestLoss.Value);
        }

        /// <summary>Halves the step and goes back to the best point where too few steps rose, or neither step nor best changed.</summary>
        public void Check(double enough)
        {
            var oscillating = _increases.Value.le(enough);
            var stuck = _halvedAtCheck.Value.logical_not().logical_and(_bestLossAtCheck.Value.ge(_bestLoss.Value));
            var halve = oscillating.logical_or(stuck);
            var wide = Lp.PerRow(halve, _points.Value);
            _step.Value = where(wide, _step.Value / 2, _step.Value);
            _points.Value = where(wide, _best.Value, _points.Value);
            _gradient.Value = where(wide, _bestGradient.Value, _gradient.Value);
            _halvedAtCheck.Value = halve;
            _bestLossAtCheck.Value = _bestLoss.Value.clone();
            _increases.Value = zeros_like(_increases.Value);
        }
    }
}
