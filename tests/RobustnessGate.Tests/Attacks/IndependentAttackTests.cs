using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks;

/// <summary>FGSM and BIM written out again without tensors, gradients by hand, for a network with one hidden layer.</summary>
public class IndependentAttackTests
{
    private const int Inputs = 64;
    private const int Hidden = 24;
    private const int Classes = 10;

    private static readonly float[] First = Networks.Uniform("hand first", Hidden * Inputs, -0.5f, 0.5f);
    private static readonly float[] Second = Networks.Uniform("hand second", Classes * Hidden, -0.8f, 0.8f);

    [Theory]
    [InlineData(1, 0.02)]
    [InlineData(1, 0.05)]
    [InlineData(10, 0.02)]
    [InlineData(10, 0.05)]
    public void The_last_iterates_are_right_on_the_same_samples(int steps, double epsilon)
    {
        var (w, v) = (tensor(First).reshape(Hidden, Inputs), tensor(Second).reshape(Classes, Hidden));
        var network = new FunctionNetwork(x => x.flatten(1).mm(w.to(x.dtype).t()).relu().mm(v.to(x.dtype).t()));
        var bed = Networks.Labelled(network, "hand images", 400, Inputs);
        var size = steps == 1 ? epsilon : epsilon / 4;
        var attack = steps == 1 ? (Attack)new Fgsm() : new Bim(steps, size);

        var bits = bed.Run(Bed.Entry(attack, epsilon, judge: Judge.Last)).Attacks[0].Bits;
        var any = bed.Run(Bed.Entry(attack, epsilon)).Attacks[0].Bits;

        var expected = Enumerable.Range(0, 400).Select(i => Survives(bed.Values[(i * Inputs)..((i + 1) * Inputs)], bed.Labels[i], steps, size, epsilon)).ToArray();
        Assert.Equal(expected, bits);
        Assert.All(any.Zip(expected), pair => Assert.True(pair.Second || !pair.First));
        Assert.InRange(bits.Ones, 1, 399);
    }

    private static bool Survives(float[] clean, int label, int steps, double size, double epsilon)
    {
        var point = clean.Select(value => (double)value).ToArray();
        for (var step = 0; step < steps; step++)
        {
            var (logits, hidden) = Forward(point);
            var greatest = logits.Max();
            var sum = logits.Sum(z => Math.Exp(z - greatest));
            var slope = logits.Select((z, k) => (Math.Exp(z - greatest) / sum) - (k == label ? 1 : 0)).ToArray();
            for (var j = 0; j < Inputs; j++)
            {
                var gradient = 0.0;
                for (var h = 0; h < Hidden; h++)
                {
                    if (hidden[h] > 0)
                    {
                        for (var k = 0; k < Classes; k++)
                        {
                            gradient += slope[k] * Second[(k * Hidden) + h] * First[(h * Inputs) + j];
                        }
                    }
                }

                var moved = Math.Clamp(point[j] + (size * Math.Sign(gradient)), clean[j] - epsilon, clean[j] + epsilon);
                point[j] = Math.Clamp(moved, 0, 1);
            }
        }

        var final = Forward(point).Logits;
        return final.Where((_, k) => k != label).All(other => final[label] > other);
    }

    private static (double[] Logits, double[] Hidden) Forward(double[] point)
    {
        var hidden = Enumerable.Range(0, Hidden)
            .Select(h => Math.Max(0, Enumerable.Range(0, Inputs).Sum(j => First[(h * Inputs) + j] * point[j]))).ToArray();
        var logits = Enumerable.Range(0, Classes)
            .Select(k => Enumerable.Range(0, Hidden).Sum(h => Second[(k * Hidden) + h] * hidden[h])).ToArray();
        return (logits, hidden);
    }
}
