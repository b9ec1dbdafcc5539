using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Training;
using static TorchSharp.torch;

namespace RobustnessGate.Reproduction;

/// <summary>Where an experiment reads and writes, and what the world lends it.</summary>
/// <param name="Data">Folder with the four MNIST files.</param>
/// <param name="Work">Folder for checkpoints and measurements: what a run that was stopped goes on from.</param>
/// <param name="Networks">Folder for the trained networks.</param>
/// <param name="Quick">Minutes instead of hours: a fifth of the training images, few epochs, 1,000 test images.</param>
/// <param name="Seconds">Processor time used so far.</param>
/// <param name="Say">Receives a line of progress.</param>
public sealed record Workshop(
    string Data, string Work, string Networks, bool Quick, Func<double> Seconds, Action<string> Say, CancellationToken Cancellation);

/// <summary>Something to find out about a network.</summary>
/// <param name="Name">Tells a row's measurements apart.</param>
/// <param name="Images">How many test images, from the first on.</param>
public sealed record MnistMeasurement(
    string Name, int Images, ImmutableArray<AttackEntry> Attacks, IndicatorSection? Indicator = null);

/// <summary>
/// The parts that the experiments on MNIST are made of, each finished once: a trained network, or a measurement of one.
/// A part that is on disk and was made from the same inputs is not made again.
/// </summary>
public sealed class MnistCells(Workshop workshop)
{
    private const long Seed = 2018;
    private const int QuickImages = 12000;

    private static readonly InputSection Input = new([1, 28, 28], new Bounds(0, 1), [], []);

    public Workshop Workshop { get; } = workshop;

    /// <summary>The row's trained network; goes on from where an earlier run was stopped.</summary>
    /// <returns>The caller disposes it.</returns>
    public LayeredNetwork Train(MnistRow row)
    {
        LibTorch.Load();
        set_num_threads(1);
        var network = new LayeredNetwork(Architecture.Mnist, Seed);
        using var source = row.Regime.CraftOnce() is null ? null : Train(Scaled(MnistRow.Natural));
        using var data = Training();
        var options = new TrainingOptions(
            row.Epochs, BatchSize: 64, LearningRate: 2e-3, new Optimizer.Adam(), new Schedule.Cosine(0.1), Input.Bounds, Seed);
        var times = Times(row).ToBuilder();
        var before = Workshop.Seconds();
        Trainer.Run(
            new(network, data, row.Regime, options)
            {
                CheckpointPath = Path.Combine(Workshop.Work, $"{row.Key}.checkpoint"),
                Source = source,
                Found = found => Workshop.Say($"{row.Key}  {found.Sentence}"),
            },
            report =>
            {
                times[report.Epoch] = Workshop.Seconds() - before;
                before = Workshop.Seconds();
                Write(TimesFile(row), JsonSerializer.Serialize(times));
                Workshop.Say(FormattableString.Invariant(
                    $"{row.Key}  epoch {report.Epoch}/{report.Epochs}  loss {report.Loss:F4}  {times[report.Epoch]:F0} s"));
            },
            Workshop.Cancellation);
        Directory.CreateDirectory(Workshop.Networks);
        OnnxWriter.Write(NetworkFile(row), network.ToOnnx(), Input.Shape);
        return network;
    }

    /// <summary>Processor seconds of each epoch of a row's training, by its number from 1.</summary>
    public ImmutableSortedDictionary<int, double> Times(MnistRow row) => File.Exists(TimesFile(row))
        ? JsonSerializer.Deserialize<ImmutableSortedDictionary<int, double>>(File.ReadAllText(TimesFile(row)))!
        : ImmutableSortedDictionary<int, double>.Empty;

    /// <summary>A row with as many epochs as this run gives it.</summary>
    public MnistRow Scaled(MnistRow row) => Workshop.Quick ? row.Quick() : row;

    /// <summary>What a measurement of the row's network finds; not made again where it was made of this very network.</summary>
    public EvaluationFacts Measure(MnistRow row, MnistMeasurement what)
    {
        if (Stored(row, what) is { } stored)
        {
            return stored;
        }

        Workshop.Say($"{row.Key}  measuring: {what.Name}");
        var log = new List<string>();
        var facts = new PaperMeasurement(Input, Files("t10k", what.Images), what.Attacks, what.Indicator, Seed).Run(
            NetworkFile(row), new EvaluationOptions(Device: "cpu"), fact => log.Add(FactLog.Line(fact)), Workshop.Cancellation);
        Write(MeasurementFile(row, what), string.Concat(log));
        return facts;
    }

    /// <summary>A measurement on disk; null unless it is complete, of the row's present network, and of what is asked.</summary>
    public EvaluationFacts? Stored(MnistRow row, MnistMeasurement what)
    {
        var file = MeasurementFile(row, what);
        if (!File.Exists(file) || !File.Exists(NetworkFile(row)))
        {
            return null;
        }

        var facts = FactLog.Read(File.ReadAllText(file));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(NetworkFile(row))));
        return facts.Completed && facts.Model?.Sha256 == sha256 && facts.Data?.Samples == what.Images
            && facts.Attacks.Select(attack => attack.Id).SequenceEqual(what.Attacks.SelectMany(entry => entry.Runs).Select(run => run.Id))
            ? facts
            : null;
    }

    private TrainingSet Training()
    {
        var files = Files("train", null) with { Limit = Workshop.Quick ? QuickImages : null };
        return Samples.SampleSet.Load(files, Input, Seed).ToTrainingSet(Input);
    }

    private DataSection Files(string part, int? samples) => PaperMeasurement.Files(
        Path.Combine(Workshop.Data, $"{part}-images-idx3-ubyte.gz"), Path.Combine(Workshop.Data, $"{part}-labels-idx1-ubyte.gz"), samples);

    private string NetworkFile(MnistRow row) => Path.Combine(Workshop.Networks, $"{row.Key}.onnx");

    private string MeasurementFile(MnistRow row, MnistMeasurement what) => Path.Combine(Workshop.Work, $"{row.Key}.{what.Name}.jsonl");

    private string TimesFile(MnistRow row) => Path.Combine(Workshop.Work, $"{row.Key}.times.json");

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        AtomicFile.Write(file, text);
    }
}
