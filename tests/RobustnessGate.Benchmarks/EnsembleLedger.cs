using System.Globalization;
using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// Propagations of the standard ensemble on the reproduced MNIST network at ε = 0.3, where nothing withstands, beside the
/// reference's: 107 forwards and 100 backwards a sample, because it does not stop within a member. A sample that
/// withstands costs it about 7,860 forwards and 1,910 backwards.
/// </summary>
internal static class EnsembleLedger
{
    private const int Samples = 256;
    private const double Reference = 107 + 100;
    private const double Most = 0.05;

    public static void Run()
    {
        var root = Parents().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "RobustnessGate.sln")));
        var model = root is null ? "" : Path.Combine(root, "docs/reproduction/mnist/natural.onnx");
        var data = Parents().SelectMany(folder => new[] { Path.Combine(folder, "shared/data/mnist"), Path.Combine(folder, "data/mnist") })
            .FirstOrDefault(Directory.Exists);
        if (data is null || !File.Exists(model))
        {
            Console.WriteLine("needs the reproduced network and the MNIST files in data/mnist: not run");
            return;
        }

        var input = new InputSection([1, 28, 28], new Bounds(0, 1), [], []);
        using var opened = new OpenedModel(new ModelSection(model, null, input));
        string Named(string name) => Directory.EnumerateFiles(data, name).First();
        var samples = opened.Samples(
            new DataSection(Named("t10k-images*"), Named("t10k-labels*"), Samples, SampleSelection.First, DataScale.Auto, null, null, null), 0);
        var entry = new AttackEntry(null, new AutoAttack(), Norm.Linf, [Epsilon.Of(0.3)], new Target.None(), Judge.Any, "attack");
        var plan = new EvaluationPlan(opened.Section, [entry], "benchmark");
        var measured = Evaluator.Run(plan, opened.Classifier, samples, new EvaluationOptions(Device: "cpu"), default);
        var attack = measured.Attacks.Single(fact => fact.Name == "autoattack");
        var share = (attack.Forwards + attack.Backwards) / (Samples * Reference);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{attack.Bits.Ones} of {Samples} withstand ε = 0.3: {(double)attack.Forwards / Samples:F2} forwards and {(double)attack.Backwards / Samples:F2} backwards a sample, "
            + $"{100 * share:F1} % of the reference's 107 and 100 (allowed: {100 * Most} %): {(share <= Most ? "held" : "MISSED")}"));
        Console.WriteLine("published, for each sample that withstands: about 7,860 forwards and 1,910 backwards");
    }

    private static IEnumerable<string> Parents()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}
