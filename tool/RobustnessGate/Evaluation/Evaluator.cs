using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Samples;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Measures a classifier as a plan says. No tensor leaves this class: it hands out facts.</summary>
internal static class Evaluator
{
    /// <param name="plan">What to measure.</param>
    /// <param name="classifier">The model; not disposed.</param>
    /// <param name="samples">The data.</param>
    /// <param name="options">How to run on this machine.</param>
    /// <param name="record">Receives every fact as soon as it is known, and <see cref="CompletedFact"/> last.</param>
    /// <param name="progress">Receives progress many times a second.</param>
    /// <param name="cancel">Stops within one batch.</param>
    /// <exception cref="MistakeException">Model or data are not what an evaluation can work with.</exception>
    public static void Run(
        EvaluationPlan plan, Classifier classifier, SampleSet samples, EvaluationOptions options,
        Action<Fact> record, Action<Progress> progress, CancellationToken cancel)
    {
        LibTorch.Load();
        var threads = UseThreads(options.Threads);
        using var scope = NewDisposeScope();
        new EvaluationRun(plan, classifier, samples, options with { Threads = threads }, record, progress, cancel).Run();
    }

    /// <summary>Has the tensor library use so many threads; more than processors would only wait for each other.</summary>
    /// <returns>How many it uses.</returns>
    internal static int UseThreads(int wanted)
    {
        var threads = Math.Min(wanted, Environment.ProcessorCount);
        set_num_threads(threads);
        return threads;
    }
}
