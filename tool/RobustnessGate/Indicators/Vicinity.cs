using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>What the indicators measure, at which scale.</summary>
/// <param name="Epsilon">ε of finite-scale quantities in ℓ∞, and of Eq. 9.</param>
/// <param name="EpsilonL2">ε of Eq. 9 in ℓ2.</param>
/// <param name="Jitter">Number of jittered points around each sample.</param>
/// <param name="Clever">Whether CLEVER is estimated too.</param>
/// <param name="Range">Of input values: the unit of jitter.</param>
/// <param name="PiecewiseLinear">Whether second derivatives of the logits are exactly zero.</param>
/// <param name="Seed">Of all random directions.</param>
internal sealed record IndicatorSetting(
    double Epsilon, double EpsilonL2, int Jitter, bool Clever, double Range, bool PiecewiseLinear, long Seed)
{
    /// <summary>How far a jittered point lies from its sample, as a share of the range of input values.</summary>
    public const double JitterRadius = 1e-3;

    /// <summary>ε in ℓ∞, where neither the policy nor an attack says one, as a share of the range of input values.</summary>
    public const double UsualEpsilon = 8.0 / 255;

    /// <summary>What values depend on, comparable as text.</summary>
    public string Protocol => FormattableString.Invariant(
        $"indicator/1 epsilon={Epsilon:R} epsilon-l2={EpsilonL2:R} jitter={Jitter} clever={(Clever ? "true" : "false")}");
}

/// <summary>A sample and jittered points around it, with the means to look further.</summary>
/// <param name="Points">The sample itself, then the jittered points.</param>
/// <param name="Network">(n, …) → (n, K), differentiable with respect to raw inputs.</param>
/// <param name="Low">(1, d): least valid value of every feature; −∞ where there is none.</param>
/// <param name="High">(1, d): greatest valid value.</param>
/// <param name="Id">The sample's, from which its random directions come.</param>
/// <param name="Batch">Most rows of one pass.</param>
internal sealed record Vicinity(
    IReadOnlyList<LocalGeometry> Points, Func<Tensor, Tensor> Network, IndicatorSetting Setting, Tensor Low, Tensor High,
    ulong Id, int Batch)
{
    public LocalGeometry Sample => Points[0];

    /// <summary>The network as stages, in the type of the points; null where they are not known.</summary>
    public StageGraph? Stages { get; init; }

    /// <summary>Whether values are float64: shares of exact zeros, and steps of a hundred-millionth, mean nothing in float32.</summary>
    public bool Exact => Sample.Point.dtype == ScalarType.Float64;

    /// <summary>L of rows: (n, …) → (n).</summary>
    public Tensor Margins(Tensor rows)
    {
        using var scope = NewDisposeScope();
        return Margin.Of(Network(rows), full([rows.shape[0]], Sample.Label, dtype: ScalarType.Int64, device: rows.device)).MoveToOuterDisposeScope();
    }

    /// <summary>L and ∂L/∂x of rows: (n, …) → (n) and (n, d), a pass of at most <see cref="Batch"/> rows at a time.</summary>
    public (Tensor Margins, Tensor Gradients) Slopes(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (margins, gradients) = (new List<Tensor>(), new List<Tensor>());
        for (var start = 0L; start < rows.shape[0]; start += Batch)
        {
            using var pass = NewDisposeScope();
            var leaf = rows.narrow(0, start, Math.Min(Batch, rows.shape[0] - start)).clone().detach().requires_grad_();
            var values = Margins(leaf);
            gradients.Add(InputGradient.Of(values.sum(), leaf).flatten(1).MoveToOuterDisposeScope());
            margins.Add(values.detach().MoveToOuterDisposeScope());
        }

        return (cat(margins, 0).MoveToOuterDisposeScope(), cat(gradients, 0).MoveToOuterDisposeScope());
    }

    /// <summary>A named stream of random numbers of this sample.</summary>
    public CounterRandom Random(string purpose) => CounterRandom.For(Setting.Seed, purpose, Id);

    /// <summary>(n, d) of −1 and 1.</summary>
    public Tensor Signs(string purpose, long rows)
    {
        var random = Random(purpose);
        var values = new double[rows * Sample.Dimension];
        foreach (ref var value in values.AsSpan())
        {
            value = (random.NextWord() & 1) == 0 ? -1 : 1;
        }

        return tensor(values, device: Sample.Point.device).reshape(rows, Sample.Dimension).to(Sample.Point.dtype);
    }
}

/// <summary>A named quantity of one sample.</summary>
/// <param name="Values">At the sample itself and, where jittered points count, at each of them; null where undefined.</param>
internal readonly record struct Quantity(string Name, IReadOnlyList<double?> Values)
{
    /// <summary>Of the sample itself alone.</summary>
    public Quantity(string name, double? value)
        : this(name, [value])
    {
    }
}

/// <summary>Quantities of a sample's surroundings. A new indicator is one file and one line in <see cref="IndicatorCatalog"/>.</summary>
internal interface IIndicator
{
    IEnumerable<Quantity> Measure(Vicinity around);
}

/// <summary>All indicators of an evaluation.</summary>
internal static class IndicatorCatalog
{
    /// <summary>Ends the names of averages over jittered points.</summary>
    public const string Averaged = "Jittered";

    public static readonly IIndicator[] All =
    [
        new JacobianIndicator(), new LinearRadiusIndicator(), new BoundedRadiusIndicator(), new SparsityIndicator(), new NonLinearityIndicator(),
        new GradientChangeIndicator(), new CleverIndicator(),
    ];
}
