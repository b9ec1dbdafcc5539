using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>
/// One forward pass of a network, and the linear map J that it is at first order at these inputs. What a penalty on an
/// input gradient g = Jᵀc needs then comes from one pass back and one forward, each of them plain: for any fixed u,
/// d⟨u, g⟩ = Σ d⟨J_l·t, g⟩ + ⟨J·u, dc⟩ over the layers l, with t what arrives of u at a layer, g what arrives there of c,
/// both held, and J_l the layer's own map. It changes with weights that multiply, and where a layer is curved with its
/// input; layers that only switch have no share. Autograd finds the same by differentiating its own backward pass, with
/// products in shapes that its kernels are slow at, and with zeros for the derivatives of every switch.
/// </summary>
internal sealed class Linearisation
{
    private readonly StageGraph _graph;

    /// <summary>The first layer with weights, where gradients go down from it to the input without autograd: its way through a thin first convolution is slow.</summary>
    private readonly int? _first;
    private readonly Tensor _input;

    private Linearisation(StageGraph graph, Tensor x)
    {
        _graph = graph;
        var entrance = graph.Entrance();
        _first = entrance < graph.Links.Count && graph.Links[entrance].Stage is WeightedStage && graph.ReadsAlone(entrance, entrance) ? entrance : null;
        _input = _first is null ? x.detach().requires_grad_() : x;
        Logits = graph.Forward(_input);
    }

    /// <summary>(N, K), with the graph to the weights.</summary>
    public Tensor Logits { get; }

    /// <param name="x">(N, …).</param>
    public static Linearisation Of(StageGraph graph, Tensor x) => new(graph, x);

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
        int[] layers = [.. Enumerable.Range(0, _graph.Links.Count).Where(i => _graph.Links[i].Stage is { Weighted: true } or { Curved: true })];
        Tensor[][] wanted = [.. layers.Select(i => _graph.Links[i].Stage).Select(stage => (Tensor[])[stage.Output, .. stage.Beside]), _first is null ? [_input] : []];
        var found = new Queue<Tensor>(InputGradient.OfAll((Logits * cotangent.detach()).sum(), [.. wanted.SelectMany(some => some)], GraphUse.Keep));
        Tensor[][] gradients = [.. wanted.Select(some => some.Select(_ => found.Dequeue()).ToArray())];
        var (mean, direction) = Steepest(_first is { } first ? Down(gradients[0][0], first) : gradients[^1][0], size);
        var shares = new Dictionary<int, Tensor[]>(layers.Zip(gradients, KeyValuePair.Create));
        Tensor? share = null;
        // A layer's share is taken while what arrived there is still near the processor.
        var changes = _graph.Push(direction, after: (link, values) =>
        {
            if (shares.TryGetValue(link, out var own))
            {
                var one = _graph.Links[link].Stage.Share(_graph.Read(link, values), values[link + 1], own[0], own[1..]);
                share = share is null ? one : share + one;
            }
        });
        var bend = cotangent.requires_grad ? share! + (cotangent * changes[^1].detach()).sum() : share!;
        // Its value is the mean, its graph that of the bend.
        return (mean + (bend - bend.detach())).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient at the first layer's output, led down to the inputs.</summary>
    private Tensor Down(Tensor gradient, int first) => Enumerable.Range(0, first + 1).Reverse()
        .Aggregate(gradient, (value, i) => _graph.Links[i].Stage.Pull(value)[0]);

    /// <summary>The mean size, and how it changes with the gradient.</summary>
    private static (Tensor Mean, Tensor Direction) Steepest(Tensor gradient, Func<Tensor, Tensor> size)
    {
        var leaf = gradient.detach().requires_grad_();
        var mean = size(leaf).mean();
        return (mean.detach(), InputGradient.Of(mean, leaf));
    }
}
