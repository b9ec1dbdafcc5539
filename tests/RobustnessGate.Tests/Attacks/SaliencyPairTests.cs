using RobustnessGate.Attacks;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Attacks;

public class SaliencyPairTests
{
    [Theory]
    [InlineData("a", 2, -1)]
    [InlineData("b", 3, -1)]
    [InlineData("c", 30, -1)]
    [InlineData("d", 200, -1)]
    [InlineData("e", 200, -0.1)]
    [InlineData("f", 600, -2)]
    public void The_pair_is_the_best_of_all_pairs(string name, int size, double low)
    {
        for (var draw = 0; draw < 20; draw++)
        {
            // Steps of a tenth: many features rise or fall by equal amounts.
            var rises = Networks.Uniform($"{name} rise {draw}", size, (float)low).Select(value => MathF.Round(value, draw % 2 == 0 ? 1 : 6)).ToArray();
            var falls = Networks.Uniform($"{name} fall {draw}", size, (float)low).Select(value => MathF.Round(value, draw % 2 == 0 ? 1 : 6)).ToArray();
            rises[size / 2] = float.NaN;
            var pair = SaliencyPair.Best(rises, falls);
            Assert.Equal(BestOfAll(rises, falls), pair is { } found ? Saliency(rises, falls, found.First, found.Second) : 0, 1e-12);
        }
    }

    [Fact]
    public void Where_nothing_rises_there_is_no_pair() => Assert.Null(SaliencyPair.Best([-1, -2, 0.5f], [1, 2, -3]));

    [Fact]
    public void A_front_that_is_too_long_is_searched_in_part()
    {
        // The more a feature rises the less it falls: none dominates another.
        var size = SaliencyPair.MostSearched + 500;
        var rises = Enumerable.Range(0, size).Select(i => (i + 1f) / size).ToArray();
        var falls = Enumerable.Range(0, size).Select(i => 1 - ((i + 0.5f) / size)).ToArray();
        var (p, q) = SaliencyPair.Best(rises, falls)!.Value;
        Assert.Equal(1.0, Saliency(rises, falls, p, q), 1e-3);
    }

    private static double BestOfAll(float[] rises, float[] falls) =>
        (from p in Enumerable.Range(0, rises.Length)
         from q in Enumerable.Range(p + 1, rises.Length - p - 1)
         where !float.IsNaN(rises[p]) && !float.IsNaN(rises[q]) && (double)rises[p] + rises[q] > 0 && (double)falls[p] + falls[q] > 0
         select Saliency(rises, falls, p, q)).DefaultIfEmpty(0).Max();

    private static double Saliency(float[] rises, float[] falls, int p, int q) => ((double)rises[p] + rises[q]) * ((double)falls[p] + falls[q]);
}
