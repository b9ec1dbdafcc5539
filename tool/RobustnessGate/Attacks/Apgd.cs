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

    /// <summary>One run from a random start for the samples that stand.</summary>
    /// <param name="pursuit">Whose samples.</param>
    /// <param name="objective">What to climb.</param>
    /// <param name="iterations">Number of steps.</param>
    /// <param name="run">Names the random start.</param>
    public static void Run(Pursuit pursuit, Pursuit.Objective objective, int iterations, int run)
    {
        using var state = new State(pursuit, Start(pursuit, run), objective);
        var window = new CheckpointSchedule(iterations);
        for (var iteration = 0; iteration < iterations && pursuit.Any; iteration++)
        {
            using var scope = NewDisposeScope();
            state.Move(iteration == 0 ? 1 : Momentum);
            state.Look(last: iteration == iterations - 1);
            if (pursuit.Any && window.IsCheckpoint(iteration))
            {
                state.Check(window.Length * EnoughIncreases);
                window.Next();
            }
        }
    }

    /// <summary>A random point on the border of the ball: in ℓ∞ at least one feature is a full ε away.</summary>
    private static Tensor Start(Pursuit pursuit, int run)
    {
        using var scope = NewDisposeScope();
        if (pursuit.Norm == Norm.Linf)
        {
            var uniform = pursuit.Uniform(run);
            var full = uniform / Lp.PerRow(Lp.Of(uniform, Norm.Linf).clamp_min(1e-12), uniform);
            var start = double.IsNaN(pursuit.Epsilon)
                ? pursuit.Low + ((pursuit.High - pursuit.Low) * (full + 1) / 2)
                : pursuit.Clean + (pursuit.Epsilon * full);
            return start.MoveToOuterDisposeScope();
        }

        var direction = Lp.SteepestAscent(pursuit.Normal(run), Norm.L2);
        return (pursuit.Clean + (pursuit.Epsilon * direction)).MoveToOuterDisposeScope();
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

    /// <summary>What every standing sample carries along.</summary>
    private sealed class State : IDisposable
    {
        private readonly Pursuit _pursuit;
        private readonly Pursuit.Objective _objective;
        private readonly Rows _points;
        private readonly Rows _previous;
        private readonly Rows _gradient;
        private readonly Rows _loss;
        private readonly Rows _best;
        private readonly Rows _bestGradient;
        private readonly Rows _bestLoss;
        private readonly Rows _bestLossAtCheck;
        private readonly Rows _halvedAtCheck;
        private readonly Rows _increases;
        private readonly Rows _step;

        public State(Pursuit pursuit, Tensor start, Pursuit.Objective objective)
        {
            using var scope = NewDisposeScope();
            (_pursuit, _objective, _points) = (pursuit, objective, pursuit.Track(start));
            var first = pursuit.Observe(_points, [objective]);
            var n = first.Goals.shape[0];
            _previous = pursuit.Track(_points.Value.clone());
            _gradient = pursuit.Track(first.Gradients[0]);
            _loss = pursuit.Track(first.Losses[0]);
            _best = pursuit.Track(_points.Value.clone());
            _bestGradient = pursuit.Track(_gradient.Value.clone());
            _bestLoss = pursuit.Track(_loss.Value.clone());
            _bestLossAtCheck = pursuit.Track(_loss.Value.clone());
            _halvedAtCheck = pursuit.Track(ones(n, dtype: ScalarType.Bool, device: pursuit.Clean.device));
            _increases = pursuit.Track(zeros(n, device: pursuit.Clean.device));
            _step = pursuit.Track(full(n, double.IsNaN(pursuit.Epsilon) ? 1 : 2 * pursuit.Epsilon, device: pursuit.Clean.device));
        }

        public void Move(double momentum)
        {
            using var scope = NewDisposeScope();
            var step = Lp.PerRow(_step.Value, _points.Value);
            if (double.IsNaN(_pursuit.Epsilon))
            {
                step = step * (_pursuit.High - _pursuit.Low);
            }

            using var ahead = new Rows(Lp.SteepestAscent(_gradient.Value, _pursuit.Norm).mul_(step).add_(_points.Value));
            _pursuit.Project(ahead);
            var drift = _previous.Value.sub_(_points.Value);
            var next = _points.Value.lerp(ahead.Value, momentum).add_(drift, alpha: momentum - 1);
            _previous.Value = _points.Value.alias();
            _points.Value = next;
        }

        public void Look(bool last)
        {
            var before = _pursuit.Track(_loss.Value.clone());
            if (last)
            {
                _pursuit.Conclude(_points);
                _pursuit.Release(before);
                return;
            }

            var seen = _pursuit.Observe(_points, [_objective]);
            _gradient.Value = seen.Gradients[0];
            _loss.Value = seen.Losses[0];
            _increases.Value = _increases.Value + _loss.Value.gt(before.Value).to(ScalarType.Float32);
            var better = _loss.Value.gt(_bestLoss.Value);
            var wide = Lp.PerRow(better, _points.Value);
            _best.Value = where(wide, _points.Value, _best.Value);
            _bestGradient.Value = where(wide, _gradient.Value, _bestGradient.Value);
            _bestLoss.Value = where(better, _loss.Value, _bestLoss.Value);
            _pursuit.Release(before);
        }

        /// <summary>Halves the step and goes back to the best point where too few steps rose, or neither step nor best changed.</summary>
        public void Check(double enough)
        {
            var oscillating = _increases.Value.le(enough);
            var stuck = _halvedAtCheck.Value.logical_not().logical_and(_bestLossAtCheck.Value.ge(_bestLoss.Value));
            var halve = oscillating.logical_or(stuck);
            var wide = Lp.PerRow(halve, _points.Value);
            _step.Value = where(halve, _step.Value / 2, _step.Value);
            _points.Value = where(wide, _best.Value, _points.Value);
            _gradient.Value = where(wide, _bestGradient.Value, _gradient.Value);
            _halvedAtCheck.Value = halve;
            _bestLossAtCheck.Value = _bestLoss.Value.clone();
            _increases.Value = zeros_like(_increases.Value);
        }

        public void Dispose()
        {
            foreach (var rows in new[]
            {
                _points, _previous, _gradient, _loss, _best, _bestGradient, _bestLoss, _bestLossAtCheck, _halvedAtCheck,
                _increases, _step,
            })
            {
                _pursuit.Release(rows);
            }
        }
    }
}
