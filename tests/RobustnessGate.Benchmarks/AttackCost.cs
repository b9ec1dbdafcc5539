using System.Globalization;
using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Benchmarks;

/// <summary>
/// What the engine adds to the passes that an attack needs anyhow: projection, verdicts, bookkeeping. The floor is a loop
/// of bare forward passes and input gradients over the same batch; ε is so small that no sample is broken and every step runs.
/// </summary>
internal static class AttackCost
{
    private const int Batch = 64;
    private const double Epsilon = 1e-6;

    public static void Run()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var network = new LayeredNetwork(Architecture.Mnist, 2018);
        var inputs = rand([Batch, 1, 28, 28], generator: generator);
        var labels = network.Logits(inputs).detach().argmax(1);
        Compare(network, inputs, labels, new Pgd(Steps: 40), 40, 1.05);
        Compare(network, inputs, labels, new ApgdCe(Iterations: 100), 100, 1.12);
    }

    private static void Compare(LayeredNetwork network, Tensor inputs, Tensor labels, Attack attack, int gradients, double most)
    {
        using var classifier = new Classifier(new BenchmarkNetwork(network), new InputSection([1, 28, 28], new Bounds(0, 1), [], []));
        var model = new BatchedModel(classifier, Batch, CPU);
        var cleanLogits = model.Logits(inputs);
        long forwards = 0, backwards = 0;

        void Bare()
        {
            for (var pass = 0; pass <= gradients; pass++)
            {
                using var step = NewDisposeScope();
                if (pass == gradients)
                {
                    using var noGrad = no_grad();
                    classifier.Logits(inputs);
                    break;
                }

                var batch = inputs.detach().requires_grad_(true);
                InputGradient.Of(Losses.CrossEntropy(classifier.Logits(batch), labels).sum(), batch, GraphUse.Free);
            }
        }

        void Search()
        {
            using var scope = NewDisposeScope();
            var searchBatch = new SearchBatch(
                inputs.clone(), zeros_like(inputs), ones_like(inputs), labels, false, cleanLogits,
                [.. Enumerable.Range(0, Batch).Select(i => (ulong)i)], 7, attack.Name);
            using var search = new Search(
                model, searchBatch, new BestPoints(Batch, Criterion.Slack, keepAll: false, nearest: false), Norm.Linf, Limit.Ball(Epsilon), Judge.Any, null, default);
            attack.Run(search);
            (forwards, backwards) = (search.Forwards / Batch, search.Backwards / Batch);
        }

        var medians = Interleaved.Run(4, 200 / gradients, ($"{gradients} gradients and a forward pass, bare", Bare), (attack.Name, Search));
        var ratio = medians[1] / medians[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{attack.Name}: {forwards} forward and {backwards} backward passes a sample, {ratio:F3} × the bare loop (allowed: {most}): {(ratio <= most ? "held" : "MISSED")}"));
    }
}
