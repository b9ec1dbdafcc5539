using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Native;
using RobustnessGate.Regimes;
using RobustnessGate.Tests.Training;
using RobustnessGate.Training;
using static TorchSharp.torch;

namespace RobustnessGate.SlowTests;

/// <summary>
/// The child process of <see cref="KilledTrainingTests"/>: the same training over and over, each with a checkpoint and a
/// file of final weights of its own. It goes on where an earlier child was killed.
/// </summary>
internal static class KillableTraining
{
    private const int Epochs = 40;

    /// <param name="count">How many trainings there are to be in the end.</param>
    public static int Run(string folder, int count)
    {
        LibTorch.Load();
        set_num_threads(1);
        for (var i = 0; i < count; i++)
        {
            if (!File.Exists(Weights(folder, i)))
            {
                Train(folder, i);
            }
        }

        return 0;
    }

    /// <summary>The file of a training's final weights: there once it has ended.</summary>
    public static string Weights(string folder, int training) => Path.Combine(folder, Name(training) + ".weights");

    /// <summary>What a child says when a training begins or goes on.</summary>
    public static string Beginning(int training) => $"training {Name(training)} begins";

    private static void Train(string folder, int training)
    {
        Console.Error.WriteLine(Beginning(training));
        using var data = TrainerTests.Stripes();
        using var network = new LayeredNetwork(ResumeTests.Small, seed: 1);
        Trainer.Run(
            new(network, data, new Jacobian(), ResumeTests.Options with { Epochs = Epochs })
            {
                CheckpointPath = Path.Combine(folder, Name(training) + ".checkpoint"),
                Found = found => Console.Error.WriteLine(found.Sentence),
            },
            _ => { }, CancellationToken.None);
        AtomicFile.Write(
            Weights(folder, training), [.. network.State().SelectMany(part => part.Value.detach().contiguous().bytes.ToArray())]);
    }

    private static string Name(int training) => training.ToString("D2", CultureInfo.InvariantCulture);
}
