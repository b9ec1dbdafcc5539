using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Facts;
using RobustnessGate.Indicators;
using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
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
        var threads = UseThreads(options.Threads);
        var device = Devices.Choose(options.Device);
        var clock = new PartClock(options.Clock ?? (() => TimeSpan.Zero));
        using var scope = NewDisposeScope();
        var tensors = new SampleTensors(samples, policy.Model.Input, device);
        var first = tensors.First(options.BatchSize);
        var batchedModel = new BatchedModel(classifier, options.BatchSize, device) { Proof = batch => ModelProof.Require(classifier, first, batch) };
        clock.Time("kernels", batchedModel.Prove);
        if (KernelSelection.Finding() is { } kernels)
        {
            Note(kernels);
        }

        // A randomised model draws from the library's own generator.
        manual_seed(policy.Seed);
        var contact = new ModelPreflight(policy.Model, classifier);
        // The first batch, or as much of it as the device has room for.
        T AtFirst<T>(Func<Tensor, T> examine) =>
            batchedModel.Fitting(() => examine(first.narrow(0, 0, Math.Min(first.shape[0], batchedModel.BatchSize))));

        var overview = clock.Time("preflight", () => AtFirst(rows => contact.Examine(rows, policy.Seed, Note)));
        record(new OverviewFact(new Overview(overview, ModelPreflight.Describe(samples), null)));
        foreach (var note in samples.Notices)
        {
            Note(note);
        }

        var model = policy.Source.At("model.path");
        if (AtFirst(rows => RandomnessCheck.Examine(batchedModel, rows, model)) is { } random)
        {
            batchedModel.Draws = AttackEntry.AutomaticDraws;
            Note(random);
        }
        else if (AtFirst(rows => rows.shape[0] > 1 ? BatchDependenceCheck.Examine(batchedModel, rows, model) : null) is { } company)
        {
            Note(company);
        }

        var (classes, piecewiseLinear) = (contact.Classes, contact.PiecewiseLinear);
        samples.RequireClasses(classes);
        if (samples.FewerClasses(classes) is { } fewer)
        {
            Note(fewer);
        }

        record(new ModelFact(
            classifier.Network.Format, classifier.Sha256, classifier.Network.Parameters, classes, piecewiseLinear));
        record(new DataFact(samples.Sha256, samples.Count, samples.Ids, samples.Labels));

        var natural = clock.Time("natural", () => NaturalOutcome.Of(batchedModel, tensors, done => progress(new Progress(
            "natural", done, samples.Count, samples.Count, (long)(done * samples.Count), 0)), cancel));
        record(new NaturalFact(new BitString(natural.Right), [.. natural.Predictions], natural.NearBoundary));
        int[] Labels(Tensor rows) => [.. samples.Labels.Take((int)rows.shape[0])];
        Suspicion[] signs =
        [
            .. new[]
            {
                AtFirst(rows => GradientCheck.Examine(classifier, rows, Labels(rows), model)),
                AtFirst(rows => UnderflowCheck.Examine(classifier, rows, Labels(rows), model)),
            }.OfType<Suspicion>(),
        ];
        foreach (var sign in signs)
        {
            Note(sign.Finding);
        }

        var mistakes = new UsualMistakes(classifier, tensors, batchedModel.BatchSize, device, policy.LargestEpsilon, policy.Source.At);
        if (clock.Time("usual-mistakes", mistakes.Find) is { } mistake)
        {
            Note(mistake);
        }

        var brokenExamples = options.BrokenExamples is { } request ? new BrokenExampleKeeper(request, tensors, natural, options.Surface) : null;
        var attacks = new AttackRunner(
            batchedModel, tensors, natural, policy.Seed, options.AdversarialDirectory, progress, cancel, brokenExamples);
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
            Note(finding);
        }

        if (policy.Indicator is { } indicator)
        {
            var (kind, disagree) = NetworkKind.Of(piecewiseLinear, classifier.Network.Card.Operators.Keys);
            var setting = Setting(policy, indicator, piecewiseLinear);
            var runner = new IndicatorRunner(batchedModel, tensors, natural, setting, kind, progress, cancel);
            var measured = clock.Time("indicator", () => runner.Run(Math.Min(indicator.Samples, samples.Count)));
            record(measured);
            foreach (var finding in IndicatorFindings.Of(policy, measured, piecewiseLinear, classifier.Network.SupportsDouble, disagree))
            {
                Note(finding);
            }
        }

        var kernelsUsed = KernelUse.Facts();
        // After all that counts: a randomised model draws its numbers from one stream, and another model may need other kernels.
        KernelSelection.CanStartAgain = false;
        foreach (var fact in clock.Time("pictures", () => brokenExamples?.Facts(batchedModel, policy.Seed, options.Before, cancel) ?? []))
        {
            record(fact);
        }

        record(new RunFact(
            LibTorch.LoadedVersion, device.ToString(), threads, options.BatchSize, clock.Total, clock.Parts,
            classifier.Network.SupportsDouble ? "float64" : "float32", kernelsUsed));
        record(new CompletedFact());

        void Note(Finding finding) => record(new FindingFact(finding));
    }

    /// <summary>Has the tensor library use so many threads; more than processors would only wait for each other.</summary>
    /// <returns>How many it uses.</returns>
    internal static int UseThreads(int wanted)
    {
        var threads = Math.Min(wanted, Environment.ProcessorCount);
        set_num_threads(threads);
        return threads;
    }

    /// <summary>The least ℓ∞ radius of the attacks is where a local picture is likeliest to hold.</summary>
    private static IndicatorSetting Setting(Policy policy, IndicatorSection section, bool piecewiseLinear)
    {
        var range = policy.Model.Input.Bounds?.Range ?? 1;
        var radii = policy.Runs.Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => run.Epsilon.Value);
        var epsilon = section.Epsilon ?? radii.Order().Cast<double?>().FirstOrDefault() ?? IndicatorSetting.UsualEpsilon * range;
        return new(epsilon, section.EpsilonL2 ?? epsilon, section.Jitter, section.Clever, range, piecewiseLinear, policy.Seed);
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
