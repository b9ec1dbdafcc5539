using MathNet.Numerics;
using RobustnessGate.Facts;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Indicators;

/// <summary>The indicator against derivatives written out by hand in float64, without tensors.</summary>
public class IndependentIndicatorTests
{
    private const double Precision = 1e-9;

    /// <summary>
    /// Convolution, ReLU, max-pooling and a dense layer over images of a constant background: all windows are ties there, and
    /// the gradient goes to the first of the equal values.
    /// </summary>
    [Fact]
    public void On_max_pooling_over_a_constant_background()
    {
        const int Side = 6;
        const int Filters = 3;
        const int Classes = 4;
        var (kernel, bias) = (Networks.Uniform("tie kernel", Filters * 9, -0.5f, 0.8f), Networks.Uniform("tie bias", Filters, 0, 0.5f));
        var dense = Networks.Uniform("tie dense", Classes * Filters * 4, -1, 1);
        var network = new FunctionNetwork(x =>
        {
            var hidden = nn.functional.conv2d(
                x, tensor(kernel).reshape(Filters, 1, 3, 3).to(x.dtype), tensor(bias).to(x.dtype)).relu();
            return nn.functional.max_pool2d(hidden, [2, 2]).flatten(1).mm(tensor(dense).reshape(Classes, -1).to(x.dtype).t());
        });
        var images = Enumerable.Range(0, 3).SelectMany(i => Enumerable.Range(0, Side * Side).Select(j => j % (11 + i) == 0 ? 0.9f : 0.25f)).ToArray();
        var bed = new Bed(network, images, [0, 0, 0], [1, Side, Side]);
        bed = bed with { Labels = [.. bed.Run().Natural!.Predictions], Indicator = 3, Jitter = 0 };
        var fact = bed.Run().Indicator!;

        for (var sample = 0; sample < 3; sample++)
        {
            var logits = new double[Classes];
            var jacobian = new double[Classes, Side * Side];
            for (var filter = 0; filter < Filters; filter++)
            {
                for (var window = 0; window < 4; window++)
                {
                    var (best, at) = (double.NegativeInfinity, (Row: 0, Column: 0));
                    for (var cell = 0; cell < 4; cell++)
                    {
                        var (row, column) = ((2 * (window / 2)) + (cell / 2), (2 * (window % 2)) + (cell % 2));
                        var value = (double)bias[filter];
                        for (var k = 0; k < 9; k++)
                        {
                            value += (double)kernel[(filter * 9) + k] * images[(sample * Side * Side) + ((row + (k / 3)) * Side) + column + (k % 3)];
                        }

                        (best, at) = Math.Max(0, value) > best ? (Math.Max(0, value), (row, column)) : (best, at);
                    }

                    for (var c = 0; c < Classes; c++)
                    {
                        var weight = (double)dense[(c * Filters * 4) + (filter * 4) + window];
                        logits[c] += weight * best;
                        for (var k = 0; k < 9 && best > 0; k++)
                        {
                            jacobian[c, ((at.Row + (k / 3)) * Side) + at.Column + (k % 3)] += weight * kernel[(filter * 9) + k];
                        }
                    }
                }
            }

            Compare(fact, sample, bed.Labels[sample], logits, jacobian, (_, _, _) => 0);
        }
    }

    /// <summary>A dense layer, batch normalisation as at inference, GELU and a dense layer.</summary>
    [Fact]
    public void On_batch_normalisation_and_gelu()
    {
        const int Features = 5;
        const int Hidden = 8;
        const int Classes = 3;
        var (first, second) = (Networks.Uniform("smooth first", Hidden * Features, -2, 2), Networks.Uniform("smooth second", Classes * Hidden, -2, 2));
        var (mean, variance) = (Networks.Uniform("smooth mean", Hidden, -0.5f, 0.5f), Networks.Uniform("smooth variance", Hidden, 0.3f, 2));
        var (gamma, beta) = (Networks.Uniform("smooth gamma", Hidden, 0.5f, 1.5f), Networks.Uniform("smooth beta", Hidden, -0.5f, 0.5f));
        var network = new FunctionNetwork(x =>
        {
            Tensor As(float[] values) => tensor(values).to(x.dtype);
            var hidden = nn.functional.batch_norm(
                x.mm(As(first).reshape(Hidden, Features).t()), As(mean), As(variance), As(gamma), As(beta), training: false, eps: 1e-5);
            return nn.functional.gelu(hidden).mm(As(second).reshape(Classes, Hidden).t());
        });
        var bed = Networks.Labelled(network, "smooth samples", 4, Features) with { Indicator = 4, Jitter = 0 };
        var fact = bed.Run().Indicator!;

        for (var sample = 0; sample < 4; sample++)
        {
            var logits = new double[Classes];
            var jacobian = new double[Classes, Features];
            var curvature = new double[Hidden];
            var scale = new double[Hidden];
            for (var h = 0; h < Hidden; h++)
            {
                var sum = Enumerable.Range(0, Features).Sum(j => (double)first[(h * Features) + j] * bed.Values[(sample * Features) + j]);
                scale[h] = gamma[h] / Math.Sqrt(variance[h] + 1e-5);
                var z = ((sum - mean[h]) * scale[h]) + beta[h];
                // GELU(z) = zΦ(z): its derivatives are Φ + zφ and (2 − z²)φ.
                var (area, density) = ((1 + SpecialFunctions.Erf(z / Math.Sqrt(2))) / 2, Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI));
                curvature[h] = (2 - (z * z)) * density;
                for (var c = 0; c < Classes; c++)
                {
                    logits[c] += second[(c * Hidden) + h] * z * area;
                    for (var j = 0; j < Features; j++)
                    {
                        jacobian[c, j] += second[(c * Hidden) + h] * (area + (z * density)) * scale[h] * first[(h * Features) + j];
                    }
                }
            }

            Compare(fact, sample, bed.Labels[sample], logits, jacobian, (c, i, j) => Enumerable.Range(0, Hidden).Sum(h =>
                second[(c * Hidden) + h] * curvature[h] * scale[h] * scale[h] * first[(h * Features) + i] * first[(h * Features) + j]));
        }
    }

    /// <param name="second">∂²Z_c/∂x_i∂x_j.</param>
    private static void Compare(IndicatorFact fact, int sample, int label, double[] logits, double[,] jacobian, Func<int, int, int, double> second)
    {
        var (classes, features) = (jacobian.GetLength(0), jacobian.GetLength(1));
        var rivals = Enumerable.Range(0, classes).Where(c => c != label).ToArray();
        var rival = rivals.MaxBy(c => logits[c]);
        var gradient = Enumerable.Range(0, features).Select(j => jacobian[label, j] - jacobian[rival, j]).ToArray();
        Equal(logits[label] - logits[rival], "margin");
        Equal(gradient.Sum(Math.Abs), "jacobianL1");
        Equal(gradient.Count(value => Math.Abs(value) < 10e-3) / (double)features, "jacobianZeroRatio");
        Equal(
            rivals.Min(c => (logits[label] - logits[c]) / Enumerable.Range(0, features).Sum(j => Math.Abs(jacobian[label, j] - jacobian[c, j]))),
            "linearRadius");

        var odds = logits.Select(z => Math.Exp(z - logits.Max())).ToArray();
        var p = odds.Select(o => o / odds.Sum()).ToArray();
        var hessian = new double[features, features];
        for (var i = 0; i < features; i++)
        {
            for (var j = 0; j < features; j++)
            {
                var (one, other) = (0.0, 0.0);
                for (var c = 0; c < classes; c++)
                {
                    hessian[i, j] += (p[c] * jacobian[c, i] * jacobian[c, j]) + ((p[c] - (c == label ? 1 : 0)) * second(c, i, j));
                    (one, other) = (one + (p[c] * jacobian[c, i]), other + (p[c] * jacobian[c, j]));
                }

                hessian[i, j] -= one * other;
            }
        }

        Equal(hessian.Cast<double>().Sum(Math.Abs), "hessianL1");
        Equal(Enumerable.Range(0, features).Sum(i => hessian[i, i]), "hessianTrace");
        Equal(Math.Sqrt(hessian.Cast<double>().Sum(value => value * value)), "hessianFrobenius");
        var ofMargin = Enumerable.Range(0, features * features).Sum(at =>
            Math.Abs(second(label, at / features, at % features) - second(rival, at / features, at % features)));
        Equal(ofMargin, "marginHessianL1");

        void Equal(double expected, string name) => Assert.Equal(expected, fact.At(name, sample), Precision * Math.Max(Math.Abs(expected), 1e-3));
    }
}
