using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Maths;

/// <summary>The nearest point of ball and box together, against brute force in two dimensions.</summary>
public class ProjectionWithinTests
{
    private const double Epsilon = 0.5;
    private const int Grid = 400;

    [Fact]
    public void In_L1_no_point_of_ball_and_box_is_nearer()
    {
        using var scope = NewDisposeScope();
        var random = new Random(7);
        for (var trial = 0; trial < 40; trial++)
        {
            float[] clean = [(float)random.NextDouble(), (float)random.NextDouble()];
            float[] point = [(float)((random.NextDouble() * 3) - 1), (float)((random.NextDouble() * 3) - 1)];
            var one = ones(1, 2);
            var projected = Lp.ProjectWithin(tensor(point).reshape(1, 2), tensor(clean).reshape(1, 2), Epsilon, Norm.L1, one * 0, one)
                .data<float>().ToArray();
            Assert.All(projected, value => Assert.InRange(value, -1e-6f, 1 + 1e-6f));
            Assert.InRange(Math.Abs(projected[0] - clean[0]) + Math.Abs(projected[1] - clean[1]), 0, Epsilon + 1e-5);
            var nearest = (
                from i in Enumerable.Range(0, Grid + 1)
                from j in Enumerable.Range(0, Grid + 1)
                let x = (double)i / Grid
                let y = (double)j / Grid
                where Math.Abs(x - clean[0]) + Math.Abs(y - clean[1]) <= Epsilon
                select Distance(x, y, point)).Min();
            Assert.InRange(Distance(projected[0], projected[1], point), 0, nearest + 1e-5);
        }
    }

    private static double Distance(double x, double y, float[] point) =>
        Math.Sqrt(Math.Pow(x - point[0], 2) + Math.Pow(y - point[1], 2));
}
