using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Facts;
using RobustnessGate.Indicators;
using RobustnessGate.Kernels;
using RobustnessGate.Models;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>One evaluation, step by step: proof of the kernels, a look at model and data, natural outcome, attacks, review, indicator, pictures.</summary>
/// <param name="plan">What to measure.</param>
/// <param name="record">Receives every fact as soon as it is known.</param>
internal sealed class EvaluationRun(
    EvaluationPlan plan, Classifier classifier, SampleSet samples, EvaluationOptions options,
    Action<Fact> record, Action<Progress> progress, CancellationToken cancel)
{
    private readonly PartClock _clock = new(options.Clock ?? (() => TimeSpan.Zero));
    private readonly ModelPreflight _preflight = new(plan.Model, classifier);
    private readonly Location _model = plan.Source.At("model.path");

    /// <summary>Runs all steps, in the order in which a randomised model draws from the library's one stream.</summary>
    public void Run()
    {
        var device = Devices.Choose(options.Device);
        var tensors = new SampleTensors(samples, plan.Model.Input, device);
        var first = tensors.First(options.BatchSize);
        var model = Proved(device, first);
        // A randomised model draws from the library's own generator.
        manual_seed(plan.Seed);
        Look(model, first);
        var natural = Natural(model, tensors);
        var signs = Signs(model, first);
        var mistakes = new UsualMistakes(classifier, tensors, model.BatchSize, device, LargestEpsilon, plan.Source.At);
        Note(_clock.Time("usual-mistakes", mistakes.Find));
        var pictures = options.BrokenExamples is { } request ? new BrokenExampleKeeper(request, tensors, natural, options.Surface) : null;
        var attacks = new AttackRunner(
            model, tensors, natural, plan.Seed, options.AdversarialDirectory, progress, cancel, pictures);
        var facts = Attack(attacks);
        var review = new CredibilityReview(plan, natural, attacks);
        Note(_clock.Time("credibility", () => review.Examine(signs, facts)));
        if (plan.Indicator is { } indicator)
        {
            Measure(indicator, model, tensors, natural);
        }

        var kernels = KernelUse.Facts();
        // After all that counts: a randomised model draws its numbers from one stream, and another model may need other kernels.
        KernelSelection.CanStartAgain = false;
        foreach (var fact in _clock.Time("pictures", () => pictures?.Facts(model, plan.Seed, options.Before, cancel) ?? []))
        {
            record(fact);
        }

        record(new RunFact(
            LibTorch.LoadedVersion, device.ToString(), options.Threads, options.BatchSize, _clock.Total, _clock.Parts,
            classifier.Network.SupportsDouble ? "float64" : "float32", kernels));
        record(new CompletedFact());
    }

    private double? LargestEpsilon => plan.Radii.Max(radius => (double?)radius);

    private BatchedModel Proved(Device device, Tensor first)
    {
        var model = BatchedModel.ToProve(classifier, options.BatchSize, device, _ => first);
        _clock.Time("kernels", model.Prove);
        Note(KernelSelection.Finding());
        return model;
    }

    /// <summary>What model and data are, and whether they fit together.</summary>
    private void Look(BatchedModel model, Tensor first)
    {
        var overview = _clock.Time("preflight", () => AtFirst(model, first, rows => _preflight.Examine(rows, plan.Seed, Note)));
        record(new OverviewFact(new Overview(overview, ModelPreflight.Describe(samples), null)));
        Note(samples.Notices);
        if (AtFirst(model, first, rows => RandomnessCheck.Examine(model, rows, _model)) is { } random)
        {
            model.Draws = AttackEntry.AutomaticDraws;
            Note(random);
        }
        else
        {
            Note(AtFirst(model, first, rows => rows.shape[0] > 1 ? BatchDependenceCheck.Examine(model, rows, _model) : null));
        }

        var classes = _preflight.Classes;
        samples.RequireClasses(classes);
        Note(samples.FewerClasses(classes));
        record(new ModelFact(
            classifier.Network.Format, classifier.Sha256, classifier.Network.Parameters, classes, _preflight.PiecewiseLinear));
        record(new DataFact(samples.Sha256, samples.Count, samples.Ids, samples.Labels));
    }

    private NaturalOutcome Natural(BatchedModel model, SampleTensors tensors)
    {
        var natural = _clock.Time("natural", () => NaturalOutcome.Of(model, tensors, done => progress(new Progress(
            "natural", done, samples.Count, samples.Count, (long)(done * samples.Count), 0)), cancel));
        record(new NaturalFact(new BitString(natural.Right), [.. natural.Predictions], natural.NearBoundary));
        return natural;
    }

    /// <summary>Signs of gradients that lead nowhere, before any attack.</summary>
    private Suspicion[] Signs(BatchedModel model, Tensor first)
    {
        int[] Labels(Tensor rows) => [.. samples.Labels.Take((int)rows.shape[0])];
        Suspicion[] signs =
        [
            .. new[]
            {
                AtFirst(model, first, rows => GradientCheck.Examine(classifier, rows, Labels(rows), _model)),
                AtFirst(model, first, rows => UnderflowCheck.Examine(classifier, rows, Labels(rows), _model)),
            }.OfType<Suspicion>(),
        ];
        Note(signs.Select(sign => sign.Finding));
        return signs;
    }

    private List<AttackFact> Attack(AttackRunner attacks)
    {
        var facts = new List<AttackFact>();
        foreach (var entry in plan.Attacks)
        {
            foreach (var fact in _clock.Time(entry.Runs.First().Id, () => attacks.Run(entry)))
            {
                facts.Add(fact);
                record(fact);
            }
        }

        return facts;
    }

    private void Measure(IndicatorSection indicator, BatchedModel model, SampleTensors tensors, NaturalOutcome natural)
    {
        var (kind, disagree) = NetworkKind.Of(_preflight.PiecewiseLinear, classifier.Network.Card.Operators.Keys);
        var runner = new IndicatorRunner(model, tensors, natural, Setting(indicator), kind, progress, cancel);
        var measured = _clock.Time("indicator", () => runner.Run(Math.Min(indicator.Samples, samples.Count)));
        record(measured);
        Note(IndicatorFindings.Of(plan, measured, _preflight.PiecewiseLinear, classifier.Network.SupportsDouble, disagree));
    }

    /// <summary>The least ℓ∞ radius of the attacks is where a local picture is likeliest to hold.</summary>
    private IndicatorSetting Setting(IndicatorSection section)
    {
        var range = plan.Model.Input.Bounds?.Range ?? 1;
        var epsilon = section.Epsilon ?? plan.Radii.Min(radius => (double?)radius) ?? IndicatorSetting.UsualEpsilon * range;
        return new(
            epsilon, section.EpsilonL2 ?? epsilon, section.Jitter, section.Clever, range, _preflight.PiecewiseLinear, plan.Seed);
    }

    /// <summary>Examines the first batch, or as much of it as the device has room for.</summary>
    private static T AtFirst<T>(BatchedModel model, Tensor first, Func<Tensor, T> examine) =>
        model.Fitting(() => examine(first.narrow(0, 0, Math.Min(first.shape[0], model.BatchSize))));

    private void Note(Finding? finding)
    {
        if (finding is not null)
        {
            record(new FindingFact(finding));
        }
    }

    private void Note(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            Note(finding);
        }
    }
}
