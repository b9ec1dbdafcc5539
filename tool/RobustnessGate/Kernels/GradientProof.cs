using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>
/// Whether a model's logits and input gradients at the batch size of the run are those of float64, or, where it has no
/// float64, those of single rows and the slope of its own outputs. Attacks follow these gradients.
/// </summary>
/// <param name="model">(N, …) → (N, K), of the input's type.</param>
/// <param name="hasDouble">Whether it runs in float64 too.</param>
/// <param name="bounds">Of the inputs; null for none.</param>
internal sealed class GradientProof(Func<Tensor, Tensor> model, bool hasDouble, Bounds? bounds)
{
    /// <summary>Rows of a batch that are compared, spread over it.</summary>
    private const int Compared = 8;

    /// <summary>Sets of points that are asked for until two have shown a fault: a kink that was not recognised shows but once.</summary>
    private const int Attempts = 3;

    /// <summary>Of the range: how far points are moved from the samples, whose equal pixels make ties of maxima.</summary>
    private const double Jitter = 0.01;

    /// <summary>What is wrong; null where all is right, up to rounding and kinks, and for a model that answers at random.</summary>
    /// <param name="samples">(n, …) float32, n ≥ 1: real samples.</param>
    /// <param name="batch">Rows of the batches that are to be computed.</param>
    public KernelFault? Fault(Tensor samples, long batch)
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        KernelFault? seen = null;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var points = Points(samples, batch, attempt);
            var (fault, certain) = Examine(points);
            if (fault is not null && (certain || seen is not null))
            {
                return fault;
            }

            if (fault is null && seen is null)
            {
                return null;
            }

            seen ??= fault;
        }

        return null;
    }

    /// <returns>What seems wrong, and whether nothing but a wrong kernel can be the reason.</returns>
    private (KernelFault? Fault, bool Certain) Examine(Tensor points)
    {
        using var scope = NewDisposeScope();
        var (classes, logits) = Leading(points);
        var reference = new ReferenceAnswers(model, hasDouble, Range(points));
        // What memory holds after another batch is what a kernel finds that reads more than it wrote.
        _ = ModelAnswers.Of(model, points.flip(0), classes.flip(0), both: false);
        var found = ModelAnswers.Of(model, points, classes);
        var again = ModelAnswers.Of(model, points, classes, both: false);
        var (outputs, gradients) = (Math.Max(Difference(logits, found.Logits), Difference(again.Logits, found.Logits)), Difference(again.Margin, found.Margin));
        if (!(outputs <= AnswerTolerance.Logits) || (points.device.type == DeviceType.CPU && !(gradients <= AnswerTolerance.Gradient)))
        {
            // Equal questions, other answers: the model is random by itself, and cannot be compared, or the kernels are wrong.
            return IsSteadyItself(points)
                ? (Named(points, $"{(outputs <= AnswerTolerance.Logits ? KernelFault.InputGradient : KernelFault.Output)}, which changes from call to call", Math.Max(outputs, gradients)), true)
                : (null, true);
        }

        var rows = points.shape[0];
        var index = arange(0, Math.Min(rows, Compared), device: points.device, dtype: ScalarType.Int64).mul_(rows - 1)
            .div_(Math.Max(1, Math.Min(rows, Compared) - 1), RoundingMode.floor);
        var fault = reference.Fault(points.index_select(0, index), classes.index_select(0, index), found.Rows(index));
        if (fault is not null && hasDouble && rows > Compared)
        {
            // A model that looks at its whole batch answers few rows otherwise.
            fault = reference.Fault(points, classes, found);
        }

        if (fault is not null && !hasDouble && DependsOnCompany(points))
        {
            // Neither single rows nor slopes of rows are a measure then; that answers depend on the batch is told elsewhere.
            return (null, false);
        }

        fault ??= hasDouble ? null : SlopeCheck.Fault(model, points, classes, found, Range(points));
        return (fault is { } wrong ? Named(points, wrong.Part, wrong.Error) : null, false);
    }

    /// <summary>Whether a row's logits change with the rows beside it, in a batch of the same size.</summary>
    private bool DependsOnCompany(Tensor points)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var first = points.narrow(0, 0, 1);
        var others = cat([first, points.narrow(0, 1, points.shape[0] - 1).flip(0) * 0.5], 0);
        return Difference(model(others).narrow(0, 0, 1), model(points).narrow(0, 0, 1)) > AnswerTolerance.Logits;
    }

    private static KernelFault Named(Tensor points, string part, double error) => new(KernelFault.Model, string.Join('×', points.shape), part, error);

    /// <summary>
    /// Whether the model itself gives the same again, to the last bits, where kernels are not in question: in float64, or
    /// single rows. A model that is random by itself cannot be compared; the known answers must do for it.
    /// </summary>
    private bool IsSteadyItself(Tensor points)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var asked = points.narrow(0, 0, 1).to(hasDouble ? ScalarType.Float64 : ScalarType.Float32);
        return Difference(model(asked), model(asked)) <= (hasDouble ? 1e-13 : 2e-6);
    }

    /// <summary>(batch, …): the samples again and again, each moved by noise of its own so that no two features tie.</summary>
    private Tensor Points(Tensor samples, long batch, int attempt)
    {
        using var scope = NewDisposeScope();
        var index = arange(0, batch, dtype: ScalarType.Int64, device: samples.device).remainder_(samples.shape[0]);
        var rows = samples.index_select(0, index);
        var moved = rows + (ProofNoise.Like(rows, attempt) * (Jitter * Range(samples)));
        return (bounds is { } box ? moved.clamp(box.Low, box.High) : moved).to(ScalarType.Float32).detach().MoveToOuterDisposeScope();
    }

    /// <summary>(N, 2): the two classes that lead at each point; and the logits (N, K) of a pass without a graph.</summary>
    private (Tensor Classes, Tensor Logits) Leading(Tensor points)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var logits = model(points);
        return (logits.nan_to_num().topk(2, 1).indexes.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
    }

    /// <summary>How far apart the least and the greatest input may be.</summary>
    private double Range(Tensor points) => bounds?.Range ?? Math.Max(1, (points.amax() - points.amin()).item<float>());

    /// <summary>Of two answers, as a share of the second's magnitude; where both are no numbers they agree.</summary>
    private static double Difference(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (left.to(ScalarType.Float64).nan_to_num(), right.to(ScalarType.Float64).nan_to_num());
        return ((a - b).abs().amax() / b.abs().amax().clamp_min(double.Epsilon)).item<double>();
    }
}
