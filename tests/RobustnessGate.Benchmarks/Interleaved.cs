using System.Globalization;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// Times contestants in turn, so that a slow moment of the machine meets all of them, and prints medians as ratios to
/// the first: what a machine is like cancels out. Processor time is what counts: all work is on one thread, and other
/// processes lengthen it less than the time on the wall.
/// </summary>
internal static class Interleaved
{
    private const int Rounds = 9;

    /// <param name="warmUp">Times each contestant runs before it is timed.</param>
    /// <param name="turns">
    /// Turns that each contestant takes within one of the nine runs. A machine that others use too changes its speed by
    /// tenths from second to second: only turns shorter than that meet it alike, and only many of them average it out.
    /// </param>
    /// <returns>Processor seconds of one turn of each contestant, in order: the median over the runs of their means.</returns>
    public static double[] Run(int warmUp, int turns, params (string Name, Action Work)[] contestants)
    {
        foreach (var (_, work) in contestants)
        {
            for (var i = 0; i < warmUp; i++)
            {
                work();
            }
        }

        var seconds = contestants.Select(_ => new double[Rounds]).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var turn = 0; turn < turns * contestants.Length; turn++)
            {
                var i = turn % contestants.Length;
                var before = Environment.CpuUsage.TotalTime;
                contestants[i].Work();
                seconds[i][round] += (Environment.CpuUsage.TotalTime - before).TotalSeconds / turns;
            }
        }

        double[] medians = [.. seconds.Select(times => times.Order().ElementAt(Rounds / 2))];
        for (var i = 0; i < contestants.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{contestants[i].Name,-44} {medians[i] * 1000,9:F1} ms   {medians[i] / medians[0],6:F3} ×   (min {seconds[i].Min() * 1000:F1}, max {seconds[i].Max() * 1000:F1})"));
        }

        return medians;
    }
}
