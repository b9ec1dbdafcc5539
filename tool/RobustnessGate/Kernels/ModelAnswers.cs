using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>What a model says of a batch of points. All float64, without a graph.</summary>
/// <param name="Logits">(N, K).</param>
/// <param name="Margin">(N, d): gradient of Z_a − Z_b with respect to the input, a and b given.</param>
/// <param name="CrossEntropy">(N, d): that of −log softmax(Z)_b, which is steep where the model is sure of a; empty where not asked for.</param>
internal sealed record ModelAnswers(Tensor Logits, Tensor Margin, Tensor CrossEntropy)
{
    /// <param name="model">(N, …) → (N, K).</param>
    /// <param name="points">(N, …).</param>
    /// <param name="classes">(N, 2) int64: a and b of each row.</param>
    /// <param name="both">Whether cross-entropy's gradient is asked for too.</param>
    public static ModelAnswers Of(Func<Tensor, Tensor> model, Tensor points, Tensor classes, bool both = true)
    {
        using var scope = NewDisposeScope();
        var x = points.detach().clone().requires_grad_();
        var logits = model(x);
        var pair = logits.gather(1, classes);
        var margin = InputGradient.Of((pair.select(1, 0) - pair.select(1, 1)).sum(), x, both ? GraphUse.Keep : GraphUse.Free);
        var crossEntropy = both ? InputGradient.Of(Losses.CrossEntropy(logits, classes.select(1, 1)).sum(), x) : empty(0, 1);
        return new(Kept(logits), Kept(margin), Kept(crossEntropy));
    }

    /// <summary>As <see cref="Of"/>, each row by itself.</summary>
    public static ModelAnswers RowByRow(Func<Tensor, Tensor> model, Tensor points, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var rows = Enumerable.Range(0, (int)points.shape[0]).Select(i => Of(model, points.narrow(0, i, 1), classes.narrow(0, i, 1))).ToList();
        return new(Joined(rows.Select(row => row.Logits)), Joined(rows.Select(row => row.Margin)), Joined(rows.Select(row => row.CrossEntropy)));
    }

    /// <summary>The answers of some rows.</summary>
    public ModelAnswers Rows(Tensor index) =>
        new(Logits.index_select(0, index), Margin.index_select(0, index), CrossEntropy.index_select(0, index));

    private static Tensor Kept(Tensor tensor) =>
        tensor.detach().to(ScalarType.Float64).flatten(1).MoveToOuterDisposeScope();

    private static Tensor Joined(IEnumerable<Tensor> rows) => cat([.. rows], 0).MoveToOuterDisposeScope();
}
