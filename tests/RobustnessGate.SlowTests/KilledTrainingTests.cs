using System.Diagnostics;
using RobustnessGate.Tests;
using RobustnessGate.Tests.Cli;
using Xunit.Abstractions;

namespace RobustnessGate.SlowTests;

public sealed class KilledTrainingTests(ITestOutputHelper output) : IDisposable
{
    private const int Wanted = 10;

    private readonly Random _moments = new(20181122);

    private readonly string _folder = Directory.CreateTempSubdirectory("killed").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// Ten trainings, each in a process that a SIGKILL ends at a random moment of it, wherever that falls: in a step, or
    /// while the checkpoint is written. The next process goes on with it before it begins its own.
    /// </summary>
    [Fact]
    public void A_kill_at_a_random_moment_and_a_resume_end_at_the_same_weights_ten_times_of_ten()
    {
        var (whole, killed) = (Folder("whole"), Folder("killed"));
        var duration = TimeUninterrupted(whole);
        var interrupted = new SortedSet<int>();
        for (var training = 0; interrupted.Count < Wanted; training++)
        {
            Assert.True(training < 3 * Wanted, "trainings end before they can be killed");
            Kill(killed, training, duration * (0.9 * _moments.NextDouble()));
            if (!File.Exists(KillableTraining.Weights(killed, training)))
            {
                interrupted.Add(training);
            }
        }

        using var end = new RunningTool(ChildProcess.Start(typeof(Program), "train", killed, $"{interrupted.Max + 1}"));
        Assert.Equal(0, end.Wait().ExitCode);
        var expected = File.ReadAllBytes(KillableTraining.Weights(whole, 0));
        var same = interrupted.Count(training => expected.AsSpan().SequenceEqual(File.ReadAllBytes(KillableTraining.Weights(killed, training))));
        output.WriteLine($"killed at a random moment and resumed: identical final weights, {same} of {Wanted}");
        Assert.Equal(Wanted, same);
        Assert.NotEmpty(expected);
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Trains twice to the end; what is timed is the second, when everything is compiled.</summary>
    private static TimeSpan TimeUninterrupted(string folder)
    {
        using var child = new RunningTool(ChildProcess.Start(typeof(Program), "train", folder, "2"));
        child.WaitForLine(line => line == KillableTraining.Beginning(1));
        var began = Stopwatch.GetTimestamp();
        Assert.Equal(0, child.Wait().ExitCode);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Ends a child so long after a training began in it.</summary>
    private static void Kill(string folder, int training, TimeSpan after)
    {
        using var child = new RunningTool(ChildProcess.Start(typeof(Program), "train", folder, $"{training + 1}"));
        try
        {
            child.WaitForLine(line => line == KillableTraining.Beginning(training));
            Thread.Sleep(after);
        }
        finally
        {
            child.Process.Kill();
            child.Process.WaitForExit();
        }
    }

    /// <summary>Through the real process and a real kill, at moments that no test can choose.</summary>
    [Fact]
    public void A_killed_harden_goes_on_and_ends_at_the_same_bytes()
    {
        var quickStart = Path.Combine(TestData.Root, "templates", "quick-start");
        File.WriteAllText(Path.Combine(_folder, "robustness.yml"), $$"""
            version: 1
            model: { path: '{{quickStart}}/natural.onnx', input: { shape: [1, 8, 8], bounds: [0, 1] } }
            data: { images: '{{quickStart}}/test-images.idx.gz', labels: '{{quickStart}}/test-labels.idx.gz', samples: 20 }
            attacks: [ { name: fgsm, norm: linf, epsilon: 0.1 } ]
            gate: { rules: [ { metric: natural-accuracy, min: 0.5 } ] }
            harden:
              regime: jacobian
              epochs: 8
              held-out: 20
              data: { images: '{{quickStart}}/train-images.idx.gz', labels: '{{quickStart}}/train-labels.idx.gz', samples: 400 }
            """);
        Assert.Equal(0, Tool.RunIn(_folder, "harden", "-o", "uninterrupted").ExitCode);

        for (var kill = 0; kill < 2; kill++)
        {
            using var running = Tool.Start(_folder, [], "harden", "-o", "killed");
            running.WaitForLine(line => line.Contains("epoch ", StringComparison.Ordinal));
            Thread.Sleep(_moments.Next(300));
            running.Process.Kill();
            running.Process.WaitForExit();
        }

        var last = Tool.RunIn(_folder, "harden", "-o", "killed");
        Assert.Equal(0, last.ExitCode);
        Assert.DoesNotContain("epoch 1/8", last.Error, StringComparison.Ordinal);
        Assert.Matches(@"of 8(, from harden\.checkpoint|: nothing is left)", last.Error);
        Assert.Contains("An earlier run left a checkpoint: ", File.ReadAllText(Path.Combine(_folder, "killed", "harden.md")), StringComparison.Ordinal);
        Assert.Equal(Hardened("uninterrupted"), Hardened("killed"));
    }

    private byte[] Hardened(string output) => File.ReadAllBytes(Path.Combine(_folder, output, "natural.hardened.onnx"));
}
