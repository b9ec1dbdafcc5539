using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Surfaces;

namespace RobustnessGate.UseCases;

/// <summary>Evaluates in this process: in the evaluation process itself, for debugging, and in fast tests.</summary>
/// <param name="observe">Sees each fact as soon as it is known.</param>
/// <param name="timeout">After this long the evaluation ends.</param>
/// <param name="clock">Time since any fixed moment, for the durations in run.json.</param>
internal sealed class InProcessHost(Action<Fact> observe, Action<Progress> progress, Func<TimeSpan> clock, TimeSpan? timeout = null)
    : IEvaluationHost
{
    public Evaluated Evaluate(EvaluationRequest request, CancellationToken cancel)
    {
        var facts = EvaluationFacts.Empty;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (timeout is { } span)
        {
            limit.CancelAfter(span);
        }

        var end = Guard(() => Run(request, Record, limit.Token), cancel);
        foreach (var finding in end.Findings)
        {
            Record(new FindingFact(finding));
        }

        return new(facts, end.ExitCode);

        void Record(Fact fact)
        {
            facts = facts.With(fact);
            observe(fact);
        }
    }

    private void Run(EvaluationRequest request, Action<Fact> record, CancellationToken cancel)
    {
        var policy = request.ReadPolicy();
        // A library that cannot be loaded is told before what is wrong with the data.
        LibTorch.Load();
        var samples = Samples(policy);
        using var opened = new OpenedModel(policy.Model, request.Threads);
        var options = new EvaluationOptions(
            request.BatchSize, request.Threads, policy.Device, request.AdversarialDirectory, clock, request.BrokenExamples,
            request.Before is { } before ? () => new OpenedModel(before.In(policy, request.PolicyPath).Model, request.Threads).Classifier : null)
        {
            Surface = BrokenExampleSurface.Layer,
            Fresh = () => new OpenedModel(policy.Model, request.Threads).Classifier,
        };
        Evaluator.Run(EvaluationPlan.Of(policy), opened.Classifier, samples, options, cancel, record, progress);
    }

    /// <summary>The data. Where they are bad, the model is looked at all the same: all mistakes are told at once.</summary>
    private static SampleSet Samples(Policy policy)
    {
        try
        {
            return SampleSet.Load(policy.Data, policy.Model.Input, policy.Seed);
        }
        catch (MistakeException data)
        {
            try
            {
                new OpenedModel(policy.Model).Dispose();
            }
            catch (MistakeException model)
            {
                throw new MistakeException(data.ExitCode, [.. data.Findings, .. model.Findings]);
            }

            throw;
        }
    }

    private (ExitCode ExitCode, IReadOnlyList<Finding> Findings) Guard(Action work, CancellationToken cancel)
    {
        try
        {
            work();
            return (ExitCode.Passed, []);
        }
        catch (MistakeException mistake)
        {
            return (mistake.ExitCode, mistake.Findings);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return (ExitCode.Cancelled, [Stopped.ByRequest()]);
        }
        catch (OperationCanceledException) when (timeout is not null)
        {
            return (ExitCode.Cancelled, [Stopped.AfterTimeout(timeout.Value)]);
        }
        catch (Exception exception) when (Stopped.IsAboutFiles(exception))
        {
            return (ExitCode.EvaluationCrashed, [Stopped.ByFile(exception)]);
        }
    }
}
