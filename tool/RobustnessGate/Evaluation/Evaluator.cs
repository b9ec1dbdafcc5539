using System.Collections.Immutable;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Measures a classifier as a policy says. No tensor leaves this class: it hands out facts.</summary>
public static class Evaluator
{
    /// <param name="policy">What to measure.</param>
    /// <param name="classifier">The model; not disposed.</param>
    /// <param name="samples">The data.</param>
    /// <param name="options">How to run on this machine.</param>
    /// <param name="record">Receives every fact as soon as it is known, and <see cref="CompletedFact"/> last.</param>
    /// <param name="progress">Receives progress many times a second.</param>
    /// <param name="cancel">Stops within one batch.</param>
    /// <exception cref="MistakeException">Model or data are not what an evaluation can work with.</exception>
    public static void Run(
        Policy policy, Classifier classifier, SampleSet samples, EvaluationOptions options,
        Action<Fact> record, Action<Progress> progress, CancellationToken cancel)
    {
        LibTorch.Load();
        // More threads than processors only wait for each other.
        var threads = Math.Min(options.Threads, Environment.ProcessorCount);
        set_num_threads(threads);
        var device = Devices.Choose(options.Device);
        // A randomised model draws from the library's own generator.
        manual_seed(policy.Seed);
        var clock = new PartClock(options.Clock ?? (() => TimeSpan.Zero));
        using var scope = NewDisposeScope();
        var oracle = new Oracle(classifier, options.BatchSize, device);
        var tensors = new SampleTensors(samples, policy.Model.Input, device);

        var first = tensors.Load([.. Enumerable.Range(0, Math.Min(samples.Count, options.BatchSize))]);
        var display = Path.GetFileName(policy.Model.Path);
        var notes = classifier.Network.Card.Notes.Select(text => new Finding("RG0418", Severity.Note, new Location(display, 0, 0), text));
        foreach (var note in ModelChecks.Refuse(classifier, first, display).Concat(notes).Concat(samples.Notices))
        {
            record(new FindingFact(note));
        }

        var model = policy.Source.At("model.path");
        if (RandomnessCheck.Examine(oracle, first, model) is { } random)
        {
            oracle.Draws = AttackEntry.AutomaticDraws;
            record(new FindingFact(random));
        }
        else if (first.shape[0] > 1 && CompanyCheck.Examine(oracle, first, model) is { } company)
        {
            record(new FindingFact(company));
        }

        var classes = (int)oracle.Logits(first.narrow(0, 0, 1)).shape[1];
        samples.RequireClasses(classes);
        var piecewiseLinear = clock.Time("preflight", () => Linearity(policy, classifier, first, classes));
        record(new ModelFact(
            classifier.Network.Format, classifier.Sha256, classifier.Network.Parameters, classes, piecewiseLinear));
        record(new DataFact(samples.Sha256, samples.Count, samples.Ids, samples.Labels));

        var natural = clock.Time("natural", () => NaturalOutcome.Of(oracle, tensors, done => progress(new Progress(
            "natural", done, samples.Count, samples.Count, (long)(done * samples.Count), 0)), cancel));
        record(new NaturalFact(new BitString(natural.Right), [.. natural.Predictions]));
        int[] labels = [.. samples.Labels.Take((int)first.shape[0])];
        Suspicion[] signs =
        [
            .. new[]
            {
                GradientCheck.Examine(classifier, first, labels, model), UnderflowCheck.Examine(classifier, first, labels, model),
            }.OfType<Suspicion>(),
        ];
        foreach (var sign in signs)
        {
            record(new FindingFact(sign.Finding));
        }

        var attacks = new AttackRunner(
            oracle, tensors, natural, policy.Seed, options.AdversarialDirectory, progress, cancel);
        var facts = new List<AttackFact>();
        foreach (var entry in policy.Attacks)
        {
            foreach (var fact in clock.Time(entry.Runs.First().Id, () => attacks.Run(entry)))
            {
                facts.Add(fact);
                record(fact);
            }
        }

        var review = new CredibilityReview(policy, natural, attacks);
        foreach (var finding in clock.Time("credibility", () => review.Examine(signs, facts)))
        {
            record(new FindingFact(finding));
        }

        if (policy.Indicator is { } indicator)
        {
            var runner = new IndicatorRunner(oracle, tensors, natural, classes, piecewiseLinear, progress, cancel);
            record(clock.Time("indicator", () => runner.Run(Math.Min(indicator.Samples, samples.Count))));
            if (!runner.HessianIsWithinReach)
            {
                record(new FindingFact(new Finding(
                    "RG1109", Severity.Warning, policy.Source.At("indicator"), FormattableString.Invariant(
                    $"this network is smooth and has {policy.Model.Input.Size} input features: its full Hessian was not computed, and the hessian quantities are null."))));
            }

            if (!classifier.Network.SupportsDouble)
            {
                record(new FindingFact(new Finding(
                    "RG1108", Severity.Warning, policy.Source.At("model.path"),
                    "this model runs in float32 only: the indicator has about six digits, and shares of zeros are left out because they would count rounding noise. Export it unfrozen, or as ONNX, for an exact one.")));
            }
        }

        record(new RunFact(
            LibTorch.LoadedVersion, device.ToString(), threads, options.BatchSize, clock.Total, clock.Parts));
        record(new CompletedFact());
    }

    private static bool Linearity(Policy policy, Classifier classifier, Tensor rows, int classes)
    {
        using var scope = NewDisposeScope();
        var few = rows.narrow(0, 0, Math.Min(4, rows.shape[0]));
        var points = classifier.Network.SupportsDouble ? few.to(ScalarType.Float64) : few;
        var range = policy.Model.Input.Bounds?.Range ?? 1;
        return Maths.Linearity.IsPiecewiseLinear(classifier.Logits, points, classes, 1e-3 * range, policy.Seed);
    }

    /// <summary>Wall-clock seconds of each part, for run.json alone.</summary>
    private sealed class PartClock(Func<TimeSpan> now)
    {
        private readonly TimeSpan _start = now();

        public ImmutableSortedDictionary<string, double> Parts { get; private set; } =
            ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

        public double Total => (now() - _start).TotalSeconds;

        public T Time<T>(string part, Func<T> work)
        {
            var start = now();
            var result = work();
            Parts = Parts.SetItem(part, (now() - start).TotalSeconds);
            return result;
        }
    }
}
