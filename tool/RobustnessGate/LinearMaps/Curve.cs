using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>A function of one number, applied to each: its value and its first two derivatives.</summary>
internal abstract record Curve
{
    public static readonly Curve Identity = new Line(1, 0);

    public static readonly Curve Erf = new Elementary(x => x.erf(), x =>
    {
        var slope = (-x * x).exp() * (2 / Math.Sqrt(Math.PI));
        return new(x.erf(), slope, -2 * x * slope);
    });

    public static readonly Curve Sigmoid = new Elementary(x => x.sigmoid(), x =>
    {
        var s = x.sigmoid();
        var slope = s * (1 - s);
        return new(s, slope, slope * (1 - (2 * s)));
    });

    public static readonly Curve Tanh = new Elementary(x => x.tanh(), x =>
    {
        var t = x.tanh();
        var slope = 1 - (t * t);
        return new(t, slope, -2 * t * slope);
    });

    public static readonly Curve Softplus = new Elementary(x => x.softplus(), x =>
    {
        var s = x.sigmoid();
        return new(x.softplus(), s, s * (1 - s));
    });

    /// <summary>x·σ(x).</summary>
    public static readonly Curve Silu = Identity.Times(Sigmoid);

    /// <summary>x·Φ(x).</summary>
    public static readonly Curve Gelu = new Elementary(x => nn.functional.gelu(x), x =>
    {
        var below = ((x / Math.Sqrt(2)).erf() + 1) / 2;
        var density = (x * x / -2).exp() / Math.Sqrt(2 * Math.PI);
        return new(x * below, below + (x * density), density * (2 - (x * x)));
    });

    /// <summary>GELU as many networks approximate it, by a hyperbolic tangent.</summary>
    public static readonly Curve GeluByTanh = Identity.Times(
        Tanh.After(Identity.Plus(Identity.Times(Identity).Times(Identity).Scaled(0.044715)).Scaled(Math.Sqrt(2 / Math.PI))).Shifted(1).Scaled(0.5));

    /// <summary>Whether it is a line: its second derivative is zero.</summary>
    public virtual bool IsLine => false;

    public abstract Tensor Of(Tensor x);

    public abstract Jet JetOf(Tensor x);

    public Curve After(Curve inner) => inner == Identity ? this : this == Identity ? inner : new Composed(this, inner);

    public Curve Times(Curve other) => new Product(this, other);

    public Curve Plus(Curve other) => new Total(this, other);

    public Curve Scaled(double factor) => new Line(factor, 0).After(this);

    public Curve Shifted(double offset) => new Line(1, offset).After(this);

    private sealed record Elementary(Func<Tensor, Tensor> Value, Func<Tensor, Jet> Derivatives) : Curve
    {
        public override Tensor Of(Tensor x) => Value(x);

        public override Jet JetOf(Tensor x) => Derivatives(x);
    }

    private sealed record Line(double Factor, double Offset) : Curve
    {
        public override bool IsLine => true;

        public override Tensor Of(Tensor x) => (Factor, Offset) switch { (1, 0) => x, (1, _) => x + Offset, (_, 0) => x * Factor, _ => (x * Factor) + Offset };

        public override Jet JetOf(Tensor x) => new(Of(x), Number(Factor, x), Number(0, x));

        private static Tensor Number(double value, Tensor like) => tensor(value, dtype: like.dtype, device: like.device);
    }

    private sealed record Composed(Curve Outer, Curve Inner) : Curve
    {
        public override bool IsLine => Outer.IsLine && Inner.IsLine;

        public override Tensor Of(Tensor x) => Outer.Of(Inner.Of(x));

        public override Jet JetOf(Tensor x)
        {
            var inner = Inner.JetOf(x);
            var outer = Outer.JetOf(inner.Value);
            return new(outer.Value, outer.Slope * inner.Slope, (outer.Bend * inner.Slope * inner.Slope) + (outer.Slope * inner.Bend));
        }
    }

    private sealed record Product(Curve A, Curve B) : Curve
    {
        public override Tensor Of(Tensor x) => A.Of(x) * B.Of(x);

        public override Jet JetOf(Tensor x)
        {
            var (a, b) = (A.JetOf(x), B.JetOf(x));
            return new(a.Value * b.Value, (a.Slope * b.Value) + (a.Value * b.Slope),
                (a.Bend * b.Value) + (2 * a.Slope * b.Slope) + (a.Value * b.Bend));
        }
    }

    private sealed record Total(Curve A, Curve B) : Curve
    {
        public override bool IsLine => A.IsLine && B.IsLine;

        public override Tensor Of(Tensor x) => A.Of(x) + B.Of(x);

        public override Jet JetOf(Tensor x)
        {
            var (a, b) = (A.JetOf(x), B.JetOf(x));
            return new(a.Value + b.Value, a.Slope + b.Slope, a.Bend + b.Bend);
        }
    }
}

/// <summary>A function's values, first and second derivatives at some places; of one number where they are the same everywhere.</summary>
internal readonly record struct Jet(Tensor Value, Tensor Slope, Tensor Bend);
