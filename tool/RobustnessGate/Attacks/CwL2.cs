using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Minimises ‖δ‖² + c·max(L + κ, 0) by Adam, in variables that cannot leave the box, for a c that is searched for
/// (Carlini and Wagner 2017, "Towards evaluating the robustness of neural networks", Section V-B and V-D). Every sample
/// keeps its own c and its own count of steps: one that stalls goes on to its next c whatever the others do.
/// </summary>
/// <param name="Steps">Most steps for each c; a tenth of them without progress ends a c early.</param>
/// <param name="StepSize">Adam's learning rate, in the variables that are searched in.</param>
/// <param name="SearchSteps">How many values of c are tried.</param>
/// <param name="InitConst">The first c; it grows tenfold until one succeeds, then the interval is halved.</param>
/// <param name="Confidence">κ: how far the margin must fall below 0 for a c to count as successful.</param>
public sealed record CwL2(
    [property: AtLeast(1), Effort] int Steps = 10_000, [property: Positive] double StepSize = 0.01,
    [property: AtLeast(1), Effort] int SearchSteps = 9, [property: Positive] double InitConst = 1e-3,
    [property: AtLeast(0)] double Confidence = 0) : Attack
{
    /// <summary>Less than a ten-thousandth gained since the last check is a stall.</summary>
    private const double Progress = 0.9999;

    public override string Name => "cw-l2";

    public override IReadOnlyList<Norm> Norms => [Norm.L2];

    public override bool MinimalNorm => true;

    public override int Queries => (int)Math.Min(int.MaxValue, (long)SearchSteps * (Steps + 1));

    public override void Run(Search search)
    {
        using var state = new State(search, this);
        while (search.Any)
        {
            using var scope = NewDisposeScope();
            var seen = search.Observe(state.Points, [search.Towards(Losses.NegativeMargin)], bounded: false);
            if (search.Any)
            {
                state.Descend(seen);
                state.NextConstants();
            }
        }
    }

    /// <summary>What every robust sample carries along.</summary>
    private sealed class State : SearchState
    {
        private readonly CwL2 _attack;
        private readonly BoxVariables _variables;
        private readonly Adam _adam;
        private readonly PerSample _age;
        private readonly PerSample _tried;
        private readonly PerSample _constant;
        private readonly PerSample _lower;
        private readonly PerSample _upper;
        private readonly PerSample _won;
        private readonly PerSample _before;
        private readonly PerSample _ended;

        public State(Search search, CwL2 attack)
            : base(search)
        {
            using var scope = NewDisposeScope();
            _attack = attack;
            Points = Track(search.Clean.clone());
            _variables = new BoxVariables(search);
            _adam = new Adam(search, attack.StepSize);
            var zero = zeros(search.Clean.shape[0], device: search.Clean.device);
            (_age, _tried, _lower) = (Track(zero.clone()), Track(zero.clone()), Track(zero.clone()));
            _constant = Track(zero + attack.InitConst);
            _upper = Track(zero + double.PositiveInfinity);
            _before = Track(zero + double.PositiveInfinity);
            (_won, _ended) = (Track(zero.gt(0)), Track(zero.gt(0)));
        }

        public PerSample Points { get; }

        /// <summary>One step of Adam, and whether it was the last one for this c.</summary>
        /// <param name="seen">Margin, its gradient (n, …) and margins (n) at the points.</param>
        public void Descend(QueryResult seen)
        {
            using var scope = NewDisposeScope();
            var lacking = (_attack.Confidence - seen.Loss).clamp_min(0);
            var way = _variables.InWidths(Points.Value - Search.Clean);
            var total = way.flatten(1).square().sum(1) + (_constant.Value * lacking);
            // At the very boundary the margin still counts, or nothing would ever be pushed across.
            var weight = _constant.Value * lacking.gt(0).logical_or(seen.Margins.ge(0)).to(ScalarType.Float32);
            var gradient = (2 * way) - (Lp.PerRow(weight, way) * _variables.PerWidth(seen.Gradient));
            _won.Value = _won.Value.logical_or(seen.Margins.lt(-_attack.Confidence));
            _variables.Add(_adam.Step(gradient * _variables.Slope()));
            Points.Value = _variables.Points();
            Age(total);
        }

        /// <summary>Samples that are through with their c begin again with the next one; those through with the last retire.</summary>
        public void NextConstants()
        {
            using var scope = NewDisposeScope();
            var ended = _ended.Value;
            if (!ended.any().item<bool>())
            {
                return;
            }

            var won = _won.Value;
            _upper.Value = where(ended.logical_and(won), minimum(_upper.Value, _constant.Value), _upper.Value);
            _lower.Value = where(ended.logical_and(won.logical_not()), maximum(_lower.Value, _constant.Value), _lower.Value);
            var next = where(_upper.Value.isfinite(), (_lower.Value + _upper.Value) / 2, _constant.Value * 10);
            _constant.Value = where(ended, next, _constant.Value);
            _tried.Value = _tried.Value + ended.to(ScalarType.Float32);
            _age.Value = _age.Value.masked_fill(ended, 0);
            _before.Value = _before.Value.masked_fill(ended, double.PositiveInfinity);
            _won.Value = won.logical_and(ended.logical_not());
            _adam.Forget(ended);
            _variables.Restart(ended);
            Points.Value = _variables.Points();
            var done = _tried.Value.ge(_attack.SearchSteps);
            _ended.Value = zeros_like(ended);
            Search.Retire(done);
        }

        public override void Dispose()
        {
            _variables.Dispose();
            _adam.Dispose();
            base.Dispose();
        }

        /// <summary>The step taken from the point of step <c>Steps</c> is not looked at any more: that point was the last.</summary>
        private void Age(Tensor total)
        {
            using var scope = NewDisposeScope();
            var check = Math.Max(_attack.Steps / 10, 1);
            var due = _age.Value.remainder(check).eq(0);
            var stalled = due.logical_and(total.le(_before.Value * Progress).logical_not()).logical_and(_age.Value.gt(0));
            _before.Value = where(due, total, _before.Value);
            _ended.Value = stalled.logical_or(_age.Value.ge(_attack.Steps));
            _age.Value = _age.Value + 1;
        }
    }
}
