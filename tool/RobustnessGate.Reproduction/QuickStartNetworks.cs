using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Training;

namespace RobustnessGate.Reproduction;

/// <summary>
/// The quick start's two networks: the same architecture, data, order and initial weights, trained naturally and with
/// the paper's Jacobian regularisation (Yu et al. 2018, Eq. 11).
/// </summary>
internal static class QuickStartNetworks
{
    /// <summary>The radius at which the two are compared: a tenth of the range from white to black.</summary>
    public const double Radius = 0.1;

    private const long Seed = 20181122;

    private static readonly InputSection Input = new([1, 8, 8], new Bounds(0, 1), [], []);

    private static readonly Architecture Architecture = new(
        Input.Shape,
        [
            new Layer.Conv(16, 3), new Layer.Relu(), new Layer.Conv(32, 3), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Flatten(), new Layer.Linear(64), new Layer.Relu(), new Layer.Linear(10),
        ]);

    private static readonly TrainingOptions Options = new(
        Epochs: 100, BatchSize: 64, LearningRate: 5e-3, new Optimizer.Adam(), new Schedule.Cosine(0.1), Input.Bounds, Seed);

    /// <summary>File names and how each is trained.</summary>
    public static readonly ImmutableArray<(string File, Regime Regime)> All =
        [("natural.onnx", new Natural()), ("robust.onnx", new Jacobian(0.01))];

    /// <summary>Trains one network on the training samples, writes it, reads it back and measures it on the test samples.</summary>
    /// <remarks>With one thread, so that the same networks come out whatever else the machine does.</remarks>
    /// <param name="data">Folder with the quick start's IDX files.</param>
    /// <param name="output">Folder for the network; made where it is missing.</param>
    public static Counts Make(
        string file, string data, string output, Action<EpochReport> progress, CancellationToken cancellation)
    {
        LibTorch.Load(threads: 1);
        var regime = All.Single(network => network.File == file).Regime;
        using var samples = SampleSets.FromIdx(
            Path.Combine(data, QuickStart.TrainImages), Path.Combine(data, QuickStart.TrainLabels), Input);
        using var network = new LayeredNetwork(Architecture, Seed);
        Trainer.Run(new(network, samples, regime, Options), progress, cancellation);
        Directory.CreateDirectory(output);
        var path = Path.Combine(output, file);
        OnnxWriter.Write(path, network.ToOnnx(), Input.Shape);

        return Measure(path, data, cancellation);
    }

    /// <summary>Counts of a network file on the test samples.</summary>
    /// <param name="data">Folder with the quick start's IDX files.</param>
    public static Counts Measure(string model, string data, CancellationToken cancellation)
    {
        var test = PaperMeasurement.Files(Path.Combine(data, QuickStart.TestImages), Path.Combine(data, QuickStart.TestLabels));
        var facts = new PaperMeasurement(Input, test, [PaperMeasurement.Attack(new Pgd(), Norm.Linf, Judge.Any, Radius)], null, Seed)
            .Run(model, new EvaluationOptions(Device: "cpu"), _ => { }, cancellation);
        return new(facts.Natural!.Bits.Ones, facts.Attacks[0].Bits.Ones, facts.Natural.Bits.Count);
    }

    /// <param name="Natural">Right on the test samples as they are.</param>
    /// <param name="Robust">Right under PGD at <see cref="Radius"/>.</param>
    /// <param name="Total">Number of test samples.</param>
    public sealed record Counts(int Natural, int Robust, int Total);
}
