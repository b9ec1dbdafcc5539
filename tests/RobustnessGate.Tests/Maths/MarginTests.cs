using RobustnessGate.Maths;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Maths;

public class MarginTests
{
    // Yu et al. 2018, Section 8.1: logits [k, 1, …, 1], label 0.
    [Fact]
    public void Margin_and_cross_entropy_of_the_papers_example()
    {
        double[] expected = [3.237, 2.303, 1.461, 0.797, 0.370, 0.153, 0.059, 0.022, 0.008, 0.003];
        var logits = ones(10, 10, dtype: ScalarType.Float64);
        logits[.., 0] = arange(10, dtype: ScalarType.Float64);
        var labels = zeros(10, dtype: ScalarType.Int64);
        Assert.Equal(Enumerable.Range(-1, 10).Select(k => (double)k), Margin.Of(logits, labels).data<double>().ToArray());
        var losses = nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None).data<double>().ToArray();
        Assert.Equal(expected, losses.Select(loss => Math.Round(loss, 3)));
    }
}
