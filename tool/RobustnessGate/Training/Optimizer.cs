using RobustnessGate.Regimes;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>How weights follow their gradients. The record is the choice; <see cref="State"/> is what it remembers.</summary>
internal abstract record Optimizer
{
    /// <summary>Tensors that each weight is accompanied by, all starting at zero.</summary>
    public abstract IReadOnlyList<string> Moments { get; }

    /// <summary>Moves one weight by one step, in place.</summary>
    /// <param name="weight">Of any shape; changed in place.</param>
    /// <param name="gradient">Shaped like the weight.</param>
    /// <param name="moments">Its moments, shaped like it, in the order of <see cref="Moments"/>; changed in place.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="rate">Learning rate of this step.</param>
    public abstract void Move(Tensor weight, Tensor gradient, IReadOnlyList<Tensor> moments, long step, double rate);

    /// <summary>Adam with bias correction and its authors' defaults (Kingma and Ba 2015, Algorithm 1).</summary>
    public sealed record Adam(double Beta1 = 0.9, double Beta2 = 0.999, double Stabiliser = 1e-8) : Optimizer
    {
        public override IReadOnlyList<string> Moments { get; } = ["first", "second"];

        public override void Move(Tensor weight, Tensor gradient, IReadOnlyList<Tensor> moments, long step, double rate)
        {
            moments[0].mul_(Beta1).add_(gradient, 1 - Beta1);
            moments[1].mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
            var spread = moments[1].div(1 - Math.Pow(Beta2, step)).sqrt_().add_(Stabiliser);
            weight.addcdiv_(moments[0], spread, -rate / (1 - Math.Pow(Beta1, step)));
        }
    }

    /// <summary>The moments of all weights, and how many steps were made.</summary>
    public sealed class State : IDisposable
    {
        private readonly Optimizer _optimizer;
        private readonly Tensor[] _weights;
        private readonly Tensor[][] _moments;

        public State(Optimizer optimizer, ITrainable network)
        {
            _optimizer = optimizer;
            _weights = [.. network.Weights.Select(weight => weight.Value)];
            _moments =
            [
                .. _weights.Select(weight => optimizer.Moments
                    .Select(_ => zeros_like(weight, requires_grad: false).DetachFromDisposeScope()).ToArray()),
            ];
            Named =
            [
                .. network.Weights.SelectMany((weight, i) => optimizer.Moments
                    .Select((moment, j) => ($"{weight.Name}/{moment}", _moments[i][j]))),
            ];
        }

        public long Steps { get; set; }

        public IReadOnlyList<(string Name, Tensor Value)> Named { get; }

        /// <summary>Moves all weights by one step.</summary>
        /// <param name="gradients">One per weight and shaped like it, in the network's order.</param>
        public void Step(IReadOnlyList<Tensor> gradients, double rate)
        {
            using var frozen = no_grad();
            using var scope = NewDisposeScope();
            Steps++;
            for (var i = 0; i < _weights.Length; i++)
            {
                _optimizer.Move(_weights[i], gradients[i], _moments[i], Steps, rate);
            }
        }

        public void Dispose()
        {
            foreach (var moment in _moments.SelectMany(moments => moments))
            {
                moment.Dispose();
            }
        }
    }
}
