using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>
/// A layer with its derivatives at its last inputs, which it remembers: it belongs to one pass at a time. Where changes
/// and gradients have more rows than those inputs, which then have one, each row is a change of that one.
/// </summary>
internal abstract class Stage
{
    /// <summary>Of the last pass, in the graph.</summary>
    public Tensor Output { get; private set; } = null!;

    /// <summary>Whether it has weights that may be trained.</summary>
    public virtual bool Weighted => false;

    /// <summary>Weights whose gradients <see cref="Share"/> needs too, as the sums that they are.</summary>
    public virtual Tensor[] Beside => [];

    /// <summary>Whether it is curved: what it does to a change depends on where its inputs are.</summary>
    public virtual bool Curved => false;

    /// <summary>Whether the last inputs had as many dimensions each: what a sum does with others is not what its transposed undoes.</summary>
    public bool RanksAgree => Inputs.All(input => input.dim() == Inputs[0].dim());

    protected Tensor[] Inputs { get; private set; } = [];

    /// <summary>(N, …) each → (N, …), with the graph to weights and inputs.</summary>
    public Tensor Forward(params Tensor[] inputs)
    {
        Inputs = inputs;
        return Output = Apply(inputs);
    }

    /// <summary>Computes what all changes need, once for this pass and in the innermost dispose scope: before changes go in scopes of their own.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>What small changes of the last inputs do to the output: linear in the changes; a graph leads to weights at most.</summary>
    public abstract Tensor Push(Tensor[] changes);

    /// <summary>A gradient with respect to the last output → those with respect to the last inputs. No graph.</summary>
    public abstract Tensor[] Pull(Tensor gradient);

    /// <summary>The derivative of ⟨J·changes, gradient⟩ with respect to each input, changes and gradient held; of a curved stage. No graph.</summary>
    public virtual Tensor[] Bend(Tensor[] changes, Tensor gradient) => throw new InvalidOperationException($"{GetType().Name} is not curved");

    /// <summary>
    /// A scalar that has the derivatives of ⟨J·changes, gradient⟩ with respect to weights and inputs, changes and gradient held.
    /// Of a stage that is weighted or curved; its value means nothing.
    /// </summary>
    /// <param name="pushed">What <see cref="Push"/> gave for the changes.</param>
    /// <param name="beside">Gradients of <see cref="Beside"/> in the pass back that gave the gradient.</param>
    public virtual Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient, Tensor[] beside) =>
        Inputs.Zip(Bend(changes, gradient), Dot).Aggregate((a, b) => a + b);

    /// <summary>What its units see of an image, where those of its inputs see so much each; null for all of it, or what is not known.</summary>
    public virtual Field? Sees(Field inputs) => null;

    protected abstract Tensor Apply(Tensor[] inputs);

    protected static Tensor Dot(Tensor a, Tensor b) => a.flatten().dot(b.flatten());

    /// <summary>What was broadcast is summed: to the shape of an input, but for the number of rows.</summary>
    protected static Tensor Narrowed(Tensor gradient, Tensor input)
    {
        long[] wide = [.. Enumerable.Range(1, (int)input.dim() - 1).Where(i => input.shape[i] != gradient.shape[i]).Select(i => (long)i)];
        return wide.Length == 0 ? gradient : gradient.sum(wide, keepdim: true);
    }
}

/// <summary>A stage with one input.</summary>
internal abstract class UnaryStage : Stage
{
    protected Tensor Input => Inputs[0];

    public sealed override Tensor Push(Tensor[] changes) => Push(changes[0]);

    public sealed override Tensor[] Pull(Tensor gradient) => [PullBack(gradient)];

    protected sealed override Tensor Apply(Tensor[] inputs) => Apply(inputs[0]);

    protected abstract Tensor Apply(Tensor x);

    protected abstract Tensor Push(Tensor change);

    protected abstract Tensor PullBack(Tensor gradient);

    /// <summary>The shape of the last input, with as many rows as there are gradients.</summary>
    protected long[] ShapeFor(Tensor gradient) => [gradient.shape[0], .. Input.shape[1..]];

    /// <summary>The transposed of <see cref="Push(Tensor)"/> by autograd: for what is cheap to push.</summary>
    protected Tensor Transposed(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var leaf = zeros(ShapeFor(gradient), dtype: gradient.dtype, device: gradient.device, requires_grad: true);
        return InputGradient.Of((Push(leaf) * gradient.detach()).sum(), leaf).MoveToOuterDisposeScope();
    }
}

/// <summary>A stage whose matrix is its own transposed, as where each output depends on its input alone.</summary>
internal abstract class SymmetricStage : UnaryStage
{
    public override Field? Sees(Field inputs) => inputs;

    protected override Tensor PullBack(Tensor gradient) => Push(gradient).detach();

    /// <summary>
    /// A change of each input, as a gradient through the graph of the pass: one kernel of the library, where a formula takes
    /// several. Null where the pass recorded no graph, or there are other changes than one for each input.
    /// </summary>
    /// <param name="weights">Whose gradients to take along.</param>
    protected Tensor[]? ThroughGraph(Tensor change, params Tensor[] weights) =>
        Output.requires_grad && Input.requires_grad && change.shape[0] == Input.shape[0]
            ? InputGradient.Through(Output, [Input, .. weights], change)
            : null;
}
