using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.Training.Linear;

/// <summary>
/// One forward pass of a piecewise linear network, and the linear map J that it is at these inputs. What a penalty on an
/// input gradient g = Jᵀc needs then comes from one pass back and one forward, each of them plain: for any u,
/// d⟨u, g⟩ = Σ ⟨dW·t, g⟩ + ⟨J·u, dc⟩, with t what arrives of u at a layer, and g what arrives there of c. Autograd finds
/// the same by differentiating its own backward pass, with products in shapes that its kernels are slow at, and with
/// zeros for the derivatives of every switch.
/// </summary>
internal sealed class Linearisation
{
    private readonly IReadOnlyList<Stage> _stages;
    private readonly AffineStage[] _layers;
    private readonly int _first;
    private readonly long[] _shape;

    private Linearisation(IReadOnlyList<Stage> stages, Tensor x, int first)
    {
        (_stages, _first, _shape) = (stages, first, x.shape);
        _layers = [.. stages.OfType<AffineStage>()];
        Logits = stages.Aggregate(x, (value, stage) => stage.Forward(value));
    }

    /// <summary>(N, K), with the graph to the weights.</summary>
    public Tensor Logits { get; }

    /// <returns>Null where something else than a change of shape precedes the first layer with weights.</returns>
    public static Linearisation? Of(IReadOnlyList<Stage> stages, Tensor x)
    {
        var first = stages.TakeWhile(stage => stage is FlatteningStage).Count();
        return first < stages.Count && stages[first] is AffineStage ? new Linearisation(stages, x, first) : null;
    }

    /// <summary>
    /// The mean size of the samples' input gradients, as a scalar whose graph leads to the weights: its derivatives are
    /// those of double backpropagation.
    /// </summary>
    /// <param name="value">Of each sample, (N), from <see cref="Logits"/>: what is differentiated.</param>
    /// <param name="size">An input gradient (N, …) → its size (N).</param>
    public Tensor MeanGradientSize(Tensor value, Func<Tensor, Tensor> size)
    {
        using var scope = NewDisposeScope();
        var cotangent = InputGradient.Of(value.sum(), Logits, GraphUse.Differentiate);
        var gradients = InputGradient.OfAll((Logits * cotangent.detach()).sum(), [.. _layers.Select(layer => layer.Output)], GraphUse.Keep);
        var (mean, direction) = Steepest(_layers[0].Pull(gradients[0]).reshape(_shape), size);
        var (changes, change) = Along(direction);
        var share = changes.Zip(gradients, (one, gradient) => one.flatten().dot(gradient.flatten())).Aggregate((a, b) => a + b);
        var bend = cotangent.requires_grad ? share + (cotangent * change.detach()).sum() : share;
        // Its value is the mean, its graph that of the bend.
        return (mean + (bend - bend.detach())).MoveToOuterDisposeScope();
    }

    /// <summary>The mean size, and how it changes with the gradient.</summary>
    private static (Tensor Mean, Tensor Direction) Steepest(Tensor gradient, Func<Tensor, Tensor> size)
    {
        var leaf = gradient.detach().requires_grad_();
        var mean = size(leaf).mean();
        return (mean.detach(), InputGradient.Of(mean, leaf));
    }

    /// <summary>What a change of the inputs does to the output of each layer with weights, in the graph of that layer alone.</summary>
    private (IReadOnlyList<Tensor> Outputs, Tensor Logits) Along(Tensor change)
    {
        var outputs = new List<Tensor>();
        foreach (var stage in _stages)
        {
            change = stage.Push(change.detach());
            if (stage is AffineStage)
            {
                outputs.Add(change);
            }
        }

        return (outputs, change);
    }
}
