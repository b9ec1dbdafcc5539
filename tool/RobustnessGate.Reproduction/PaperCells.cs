using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Samples;
using RobustnessGate.Training;

namespace RobustnessGate.Reproduction;

/// <summary>Where an experiment reads and writes, and what the world lends it.</summary>
/// <param name="Data">Folder or file of the data set.</param>
/// <param name="Work">Folder for checkpoints and measurements: what a run that was stopped goes on from.</param>
/// <param name="Networks">Folder for the trained networks.</param>
/// <param name="Quick">Minutes instead of hours: a part of the training images, few epochs, 1,000 test images.</param>
/// <param name="Seconds">Processor time used so far.</param>
/// <param name="Say">Receives a line of progress.</param>
internal sealed record Workshop(
    string Data, string Work, string Networks, bool Quick, Func<double> Seconds, Action<string> Say, CancellationToken Cancellation)
{
    /// <summary>Whether networks are trained; otherwise those that lie there are taken as they are.</summary>
    public bool Trains { get; init; } = true;

    /// <summary>Whether networks are measured.</summary>
    public bool Measures { get; init; } = true;
}

/// <summary>Something to find out about a network.</summary>
/// <param name="Name">Tells a row's measurements apart.</param>
/// <param name="Images">How many test images, from the first on.</param>
/// <param name="Part">How many are measured at a time, and kept once they are.</param>
internal sealed record CellMeasurement(
    string Name, int Images, int Part, ImmutableArray<AttackEntry> Attacks, IndicatorSection? Indicator = null);

/// <summary>
/// The parts that the experiments on a table's networks are made of, each finished once: a trained network, or a
/// measurement of one. A part that is on disk and was made from the same inputs is not made again.
/// </summary>
internal sealed class PaperCells(PaperTable table, Workshop workshop)
{
    private const long Seed = 2018;
    private const int QuickImages = 12000;

    public PaperTable Table { get; } = table;

    public Workshop Workshop { get; } = workshop;

    private InputSection Input => Table.Data.Input;

    /// <summary>The row's trained network; goes on from where an earlier run was stopped.</summary>
    /// <returns>The caller disposes it.</returns>
    public LayeredNetwork Train(PaperRow row)
    {
        LibTorch.Load(threads: 1);
        var network = new LayeredNetwork(Table.Architecture, Seed);
        using var source = row.Regime.CraftOnce() is null ? null : Train(Scaled(Table.Natural));
        using var data = Training();
        var recipe = Table.Recipe;
        var options = new TrainingOptions(
            row.Epochs, recipe.BatchSize, recipe.LearningRate, new Optimizer.Adam(), new Schedule.Cosine(0.1), Input.Bounds, Seed);
        var times = Times(row).ToBuilder();
        var before = Workshop.Seconds();
        Trainer.Run(
            new(network, data, row.Regime, options)
            {
                Augmentation = recipe.Augmentation,
                CheckpointPath = Path.Combine(Workshop.Work, $"{row.Key}.checkpoint"),
                CheckpointSteps = recipe.CheckpointSteps,
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
    public ImmutableSortedDictionary<int, double> Times(PaperRow row) => File.Exists(TimesFile(row))
        ? JsonSerializer.Deserialize<ImmutableSortedDictionary<int, double>>(File.ReadAllText(TimesFile(row)))!
        : ImmutableSortedDictionary<int, double>.Empty;

    /// <summary>A row with as many epochs as this run gives it.</summary>
    public PaperRow Scaled(PaperRow row) => Workshop.Quick ? row.Quick() : row;

    /// <summary>Measures of the row's network what is not on disk yet, part by part.</summary>
    public void Measure(PaperRow row, CellMeasurement what)
    {
        if (!File.Exists(NetworkFile(row)))
        {
            Workshop.Say($"{row.Key}  not measured: there is no {NetworkFile(row)}");
            return;
        }

        var parts = Parts(row, what);
        while (parts.Samples < what.Images)
        {
            var (start, count) = (parts.Samples, Math.Min(what.Part, what.Images - parts.Samples));
            Workshop.Say($"{row.Key}  measuring: {what.Name}, images {start} to {start + count - 1}");
            var log = new List<string>();
            var facts = new PaperMeasurement(Input, Table.Data.Test(Workshop) with { Samples = start + count }, what.Attacks, what.Indicator, Seed)
            {
                Start = start,
            }.Run(NetworkFile(row), new EvaluationOptions(Device: "cpu"), fact => log.Add(FactLog.Line(fact)), Workshop.Cancellation);
            parts = parts.With(facts, string.Concat(log));
            Write(MeasurementFile(row, what), parts.Text);
        }
    }

    /// <summary>A measurement on disk; null unless it is complete, of the row's present network, and of what is asked.</summary>
    public MeasuredParts? Stored(PaperRow row, CellMeasurement what) =>
        File.Exists(NetworkFile(row)) && Parts(row, what) is { } parts && parts.Samples == what.Images ? parts : null;

    private MeasuredParts Parts(PaperRow row, CellMeasurement what)
    {
        var file = MeasurementFile(row, what);
        var parts = File.Exists(file) ? MeasuredParts.Read(File.ReadAllText(file)) : MeasuredParts.None;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(NetworkFile(row))));
        string[] ids = [.. what.Attacks.SelectMany(entry => entry.Runs).Select(run => run.Id)];
        return parts.Samples <= what.Images && parts.All.All(facts =>
            facts.Model?.Sha256 == sha256 && facts.Attacks.Select(attack => attack.Id).SequenceEqual(ids)) ? parts : MeasuredParts.None;
    }

    private TrainingSet Training()
    {
        var files = Table.Data.Training(Workshop) with { Limit = Workshop.Quick ? QuickImages : null };
        return SampleSet.Load(files, Input, Seed).ToTrainingSet(Input);
    }

    private string NetworkFile(PaperRow row) => Path.Combine(Workshop.Networks, $"{row.Key}.onnx");

    private string MeasurementFile(PaperRow row, CellMeasurement what) => Path.Combine(Workshop.Work, $"{row.Key}.{what.Name}.jsonl");

    private string TimesFile(PaperRow row) => Path.Combine(Workshop.Work, $"{row.Key}.times.json");

    private static void Write(string file, string text)
    {
        AtomicFile.MakeFolder(file);
        AtomicFile.Write(file, text);
    }
}
