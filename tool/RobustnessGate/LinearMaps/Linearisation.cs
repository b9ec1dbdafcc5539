using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

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
    private readonly PullingStage[] _entrance;
    private readonly WeightedStage[] _layers;

    private Linearisation(IReadOnlyList<Stage> stages, PullingStage[] entrance, Tensor x)
    {
        (_stages, _entrance) = (stages, entrance);
        _layers = [.. stages.OfType<WeightedStage>()];
        Logits = stages.Aggregate(x, (value, stage) => stage.Forward(value));
    }

    /// <summary>(N, K), with the graph to the weights.</summary>
    public Tensor Logits { get; }

    /// <param name="row">A network's stages as <see cref="Row"/> gives them; the last gives (N, K).</param>
    /// <param name="x">(N, …).</param>
    /// <returns>Null where what precedes the first layer with weights switches.</returns>
    public static Linearisation? Of(IReadOnlyList<Stage> row, Tensor x)
    {
        // Down to the input, gradients go without autograd: its way through a thin first convolution is slow.
        PullingStage[] entrance = [.. row.TakeWhile(stage => stage is PullingStage and not WeightedStage).Cast<PullingStage>()];
        return entrance.Length < row.Count && row[entrance.Length] is WeightedStage ? new Linearisation(row, entrance, x) : null;
    }

    /// <summary>Stages as they are run: what is rectified before its maxima are taken can be rectified after, where less is left.</summary>
    public static IReadOnlyList<Stage> Row(IEnumerable<Stage> stages)
    {
        var row = new List<Stage>();
        foreach (var stage in stages)
        {
            if (stage is MaximumStage maximum && row.Count > 0 && row[^1] is RectifyingStage)
            {
                row[^1] = maximum.Rectified();
            }
            else
            {
                row.Add(stage);
            }
        }

        return row;
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
        var (mean, direction) = Steepest(Input(gradients[0]), size);
        var (changes, change) = Along(direction);
        var share = changes.Zip(gradients, (one, gradient) => one.flatten().dot(gradient.flatten())).Aggregate((a, b) => a + b);
        var bend = cotangent.requires_grad ? share + (cotangent * change.detach()).sum() : share;
        // Its value is the mean, its graph that of the bend.
        return (mean + (bend - bend.detach())).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient at the first layer's output, led down to the inputs.</summary>
    private Tensor Input(Tensor gradient) =>
        _entrance.Reverse().Aggregate(_layers[0].Pull(gradient), (value, stage) => stage.Pull(value));

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
            if (stage is WeightedStage)
            {
                outputs.Add(change);
            }
        }

        return (outputs, change);
    }
}
