using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>
/// Hessians of functions of a network's logits with respect to one input. A change t of the input goes forward through every
/// layer's linear map, as J·t; what comes back is ∇²f·J·t through the transposed maps, and at each curved layer its bend,
/// which is the layer's second derivative times t times the gradient of f there. All of that is linear in t: slopes and
/// bends are computed for the one input, whatever the number of changes, and the way forward serves all functions. By double
/// backward each change takes copies of the whole network along, with the second derivatives of its activations anew.
/// Where layers see few places each, or have few units, their Jacobians come for less (<see cref="LayerJacobians"/>).
/// </summary>
/// <remarks>Made inside a dispose scope and valid as long as that, and as long as nobody else runs the graph.</remarks>
internal sealed class StageHessian
{
    private readonly StageGraph _graph;
    private readonly long[] _shape;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly Function[] _functions;

    /// <param name="input">(1, …).</param>
    /// <param name="functions">Logits (1, K) → (1), twice differentiable.</param>
    public StageHessian(StageGraph graph, Tensor input, params Func<Tensor, Tensor>[] functions)
    {
        _graph = graph;
        (_shape, _type, _device) = (input.shape, input.dtype, input.device);
        Dimension = input.numel();
        var logits = graph.Forward(input.clone().detach().requires_grad_());
        foreach (var link in graph.Links)
        {
            link.Stage.Prepare();
        }

        int[] curved = [.. Enumerable.Range(0, graph.Links.Count).Where(i => graph.Links[i].Stage.Curved)];
        _functions = [.. functions.Select(function => At(function, logits, curved))];
    }

    /// <summary>d.</summary>
    public long Dimension { get; }

    /// <summary>All of each function's Hessian, (d, d), in the cheaper of two ways.</summary>
    public Tensor[] Full() => LayerJacobians.Of(_graph, _shape) is { } layers ? ByLayers(layers) : ByColumns();

    /// <summary>All of each function's Hessian, symmetrised: rounding leaves the two halves a few ulps apart.</summary>
    /// <param name="width">Columns at a time: as many as stay in the processor's cache.</param>
    public Tensor[] ByColumns(int width = 32)
    {
        using var scope = NewDisposeScope();
        var hessians = _functions.Select(_ => empty(Dimension, Dimension, dtype: _type, device: _device)).ToArray();
        for (var start = 0L; start < Dimension; start += width)
        {
            using var block = NewDisposeScope();
            var count = Math.Min(width, Dimension - start);
            var basis = zeros(count, Dimension, dtype: _type, device: _device);
            basis.narrow(1, start, count).diagonal().fill_(1);
            foreach (var (hessian, rows) in hessians.Zip(Times(basis)))
            {
                hessian.narrow(0, start, count).copy_(rows);
            }
        }

        return [.. hessians.Select(hessian => ((hessian + hessian.t()) / 2).MoveToOuterDisposeScope())];
    }

    /// <summary>Each function's Hv for each row v: (m, d) → the same shape.</summary>
    public Tensor[] Times(Tensor vectors)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var changes = _graph.Push(vectors.reshape([vectors.shape[0], .. _shape[1..]]));
        return [.. _functions.Select(function => Back(function, changes).flatten(1).MoveToOuterDisposeScope())];
    }

    /// <summary>Σ JᵀDJ over the curved layers, D diagonal, and the same of the logits with their full curvature.</summary>
    private Tensor[] ByLayers(LayerJacobians layers)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var hessians = _functions.Select(_ => zeros(Dimension + 1, Dimension + 1, dtype: _type, device: _device)).ToArray();
        layers.Add(hessians, [.. _functions.Select(function => function.Curvature)], (link, function) => _graph.Links[link].Stage.Bend(
            [ones(1, dtype: _type, device: _device)], _functions[function].Gradients[link])[0]);
        return [.. hessians.Select(hessian => hessian.narrow(0, 0, Dimension).narrow(1, 0, Dimension))
            .Select(hessian => ((hessian + hessian.t()) / 2).MoveToOuterDisposeScope())];
    }

    private Tensor Back(Function function, Tensor[] changes)
    {
        var back = new Tensor?[changes.Length];
        back[^1] = changes[^1].mm(function.Curvature);
        return _graph.Pull(back, link => function.Gradients.TryGetValue(link, out var arriving)
            ? _graph.Links[link].Stage.Bend(_graph.Read(link, changes), arriving) : null)!;
    }

    private Function At(Func<Tensor, Tensor> function, Tensor logits, int[] curved)
    {
        var leaf = logits.detach().requires_grad_();
        var slope = InputGradient.Of(function(leaf).sum(), leaf, GraphUse.Differentiate);
        var curvature = slope.requires_grad
            ? cat([.. Enumerable.Range(0, (int)leaf.shape[1]).Select(k => InputGradient.Of(slope[0, k], leaf, GraphUse.Keep).detach())], 0)
            : zeros(leaf.shape[1], leaf.shape[1], dtype: leaf.dtype, device: leaf.device);
        var arriving = curved.Length == 0 ? [] : InputGradient.OfAll(
            (logits * slope.detach()).sum(), [.. curved.Select(i => _graph.Links[i].Stage.Output)], GraphUse.Keep);
        return new(curvature, curved.Zip(arriving).ToDictionary(pair => pair.First, pair => pair.Second.detach()));
    }

    /// <param name="Curvature">(K, K): its second derivatives with respect to the logits.</param>
    /// <param name="Gradients">By curved link: the function's gradient at its output, (1, …).</param>
    private sealed record Function(Tensor Curvature, IReadOnlyDictionary<int, Tensor> Gradients);
}
