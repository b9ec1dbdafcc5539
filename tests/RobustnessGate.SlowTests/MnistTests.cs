using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Reproduction;
using RobustnessGate.Tests;
using RobustnessGate.Training;

namespace RobustnessGate.SlowTests;

public class MnistTests
{
    private static readonly InputSection Input = new([1, 28, 28], new Bounds(0, 1), [], []);

    /// <summary>Yu et al. 2018, Table 1, first row: 99.1 % naturally, 0.0 % under BIM and C&amp;W at ε = 0.3.</summary>
    [SharedDataFact("mnist/train-images-idx3-ubyte.gz")]
    public void A_naturally_trained_network_is_accurate_and_falls_to_the_papers_attacks()
    {
        using var train = SampleSets.FromIdx(Mnist("train-images-idx3"), Mnist("train-labels-idx1"), Input);
        using var test = SampleSets.FromIdx(Mnist("t10k-images-idx3"), Mnist("t10k-labels-idx1"), Input);
        using var network = new LayeredNetwork(Architecture.Mnist, seed: 1);
        var options = new TrainingOptions(
            Epochs: 1, BatchSize: 64, LearningRate: 3e-3, new Optimizer.Adam(), new Schedule.Cosine(), Input.Bounds, Seed: 1);
        Trainer.Run(new(network, train, new Natural(), options), _ => { }, CancellationToken.None);
        Assert.InRange(Accuracy.Natural(network, test), 9850, 10000);

        var file = Path.Combine(Directory.CreateTempSubdirectory("mnist").FullName, "natural.onnx");
        OnnxWriter.Write(file, network.ToOnnx(), Input.Shape);
        var facts = new PaperMeasurement(
            Input, PaperMeasurement.Files(Mnist("t10k-images-idx3"), Mnist("t10k-labels-idx1"), samples: 1000),
            [
                PaperMeasurement.Attack(new Bim(10, 0.1), Norm.Linf, Judge.Last, 0.3),
                PaperMeasurement.Attack(new CwLinf(10, 0.1), Norm.Linf, Judge.Last, 0.3),
            ],
            null, Seed: 1).Run(file, new EvaluationOptions(Device: "cpu"), _ => { }, CancellationToken.None);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.All(facts.Attacks, attack => Assert.InRange(attack.Bits.Ones, 0, 10));
    }

    private static string Mnist(string file) =>
        TestData.Shared($"mnist/{file}-ubyte.gz") ?? throw new FileNotFoundException($"shared/data/mnist/{file}-ubyte.gz");
}
