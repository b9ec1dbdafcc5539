using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>The base vectors of a plane in input space, each of unit length in the setting's norm.</summary>
internal static class InputDirections
{
    /// <summary>
    /// Below this share of its length left, a direction is parallel to the other: no picture could show so small an angle, and
    /// float32 gradients that should be the same differ by less. Vectors of signs that differ in one place of a million keep
    /// twice as much.
    /// </summary>
    private const double Parallel = 1e-3;

    /// <summary>Attempts to draw a direction that is not parallel to the other: in vain only where there is a single feature.</summary>
    private const int Draws = 64;

    /// <summary>α and β at one sample. Gradients are taken at the type of the sample.</summary>
    /// <param name="logits">(1, …) → (1, K), differentiable.</param>
    /// <param name="sample">(1, …).</param>
    /// <param name="label">True class.</param>
    /// <param name="id">Of the sample: with the setting's seed it names the random directions.</param>
    /// <returns>(d) each, of the sample's type.</returns>
    /// <exception cref="NoDirectionException">A gradient is zero or no number, or the two directions are parallel.</exception>
    public static (Tensor X, Tensor Y) At(Func<Tensor, Tensor> logits, Tensor sample, int label, ulong id, SurfaceSetting setting)
    {
        if (sample.numel() < 2)
        {
            throw new NoDirectionException("an input of a single number has a line through it, and no plane");
        }

        using var scope = NewDisposeScope();
        var x = setting.X.IsAdversarial() ? Adversarial(logits, sample, label, setting.X, setting.Norm) : null;
        var y = setting.Y.IsAdversarial() ? Adversarial(logits, sample, label, setting.Y, setting.Norm) : null;
        // What is made orthogonal to another comes after it.
        if (setting.X == DirectionKind.Orthogonal)
        {
            y ??= Drawn("y", DirectionKind.Random, null);
        }

        x ??= Drawn("x", setting.X, y);
        y ??= Drawn("y", setting.Y, x);
        if (AreParallel(x, y))
        {
            throw NoDirectionException.Parallel(setting);
        }

        return (x.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope());

        Tensor Drawn(string axis, DirectionKind kind, Tensor? other)
        {
            var random = CounterRandom.For(setting.Seed, "surface " + axis, id);
            var direction = Random(ref random, sample, setting.Norm);
            // Among few features signs are soon the same.
            for (var draw = 1; draw < Draws && other is not null && AreParallel(direction, other); draw++)
            {
                direction = Random(ref random, sample, setting.Norm);
            }

            if (kind == DirectionKind.Random || AreParallel(direction, other!))
            {
                return direction;
            }

            var rest = Remainder(direction, other!);
            return rest / Length(rest, setting.Norm);
        }
    }

    /// <summary>∇ of an objective of Eq. 3: its signs in ℓ∞ (0 where it is exactly 0), divided by its length in ℓ2.</summary>
    private static Tensor Adversarial(Func<Tensor, Tensor> logits, Tensor sample, int label, DirectionKind kind, Norm norm)
    {
        var point = sample.detach().clone().requires_grad_();
        var classes = tensor(new long[] { label }, device: sample.device);
        var gradient = InputGradient.Of(Objectives.Of(kind, logits(point), classes).sum(), point).flatten();
        NoDirectionException.RequireGradient(Number(gradient.abs().max()), kind);

        return Lp.SteepestAscent(gradient.unsqueeze(0), norm).flatten();
    }

    /// <summary>Signs in ℓ∞, a normal vector divided by its length in ℓ2: as long as the gradient beside it.</summary>
    private static Tensor Random(ref CounterRandom random, Tensor sample, Norm norm)
    {
        var values = new double[sample.numel()];
        foreach (ref var value in values.AsSpan())
        {
            value = norm == Norm.Linf ? (random.NextWord() & 1) == 0 ? 1 : -1 : random.NextNormal();
        }

        var direction = tensor(values, device: sample.device);
        return (direction / Length(direction, norm)).to(sample.dtype);
    }

    private static Tensor Length(Tensor direction, Norm norm) =>
        norm == Norm.Linf ? direction.abs().max() : direction.norm();

    /// <summary>Or opposite; NaN counts as parallel.</summary>
    private static bool AreParallel(Tensor x, Tensor y) => !(Number(Remainder(x, y).norm()) > Parallel * Number(x.norm()));

    private static double Number(Tensor scalar) => scalar.to(ScalarType.Float64).item<double>();

    /// <summary>What is left of a vector without its part along another.</summary>
    private static Tensor Remainder(Tensor vector, Tensor other) =>
        vector - (other * (vector.dot(other) / other.dot(other)));
}
