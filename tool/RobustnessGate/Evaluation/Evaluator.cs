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
    /// <param name="cancel">Stops within one batch.</param>
    /// <param name="record">Receives every fact as soon as it is known, and <see cref="CompletedFact"/> last; null for nobody.</param>
    /// <param name="progress">Receives progress many times a second; null for nobody.</param>
    /// <returns>All facts together.</returns>
    /// <exception cref="MistakeException">Model or data are not what an evaluation can work with.</exception>
    public static EvaluationFacts Run(
        EvaluationPlan plan, Classifier classifier, SampleSet samples, EvaluationOptions options, CancellationToken cancel,
        Action<Fact>? record = null, Action<Progress>? progress = null)
    {
        var facts = EvaluationFacts.Empty;
        options = options with { Threads = LibTorch.Load(options.Threads) };
        using var scope = NewDisposeScope();
        new EvaluationRun(plan, classifier, samples, options, Record, progress ?? (_ => { }), cancel).Run();
        return facts;

        void Record(Fact fact)
        {
            facts = facts.With(fact);
            record?.Invoke(fact);
        }
    }
}
