using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Native;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Samples;
using RobustnessGate.Training;
using static TorchSharp.torch;
using PolicyOverrides = RobustnessGate.Policies.PolicyOverrides;

namespace RobustnessGate.Hardening;

/// <summary>
/// What a hardening works with. Whatever can be refused is refused on the way here: measuring and training take
/// minutes, and a mistake that shows after them has cost them.
/// </summary>
/// <param name="Section">Its regime has its radius.</param>
/// <param name="Radius">The greatest L∞ radius of the policy's attacks; null for none.</param>
/// <param name="Judged">The samples that the policy judges.</param>
internal sealed record Preparation(
    Policy Policy, HardenSection Section, double? Radius, Device Device, HardenOutput Output, SampleSet Training, SampleSet Judged)
{
    /// <summary>How many of the last training samples are measured on instead.</summary>
    public int HeldOut { get; } = Math.Max(1, Math.Min(Section.HeldOut, Training.Count / 10));

    /// <summary>Samples to train on.</summary>
    public int Trained => Training.Count - HeldOut;

    /// <summary>How many of the judged samples are trained on too.</summary>
    public int Shared { get; } = Identities(Training).Intersect(Identities(Judged)).Count();

    public TrainingOptions Options { get; } = new(
        Section.Epochs, Section.BatchSize, Section.LearningRate, new Optimizer.Adam(), new Schedule.Cosine(0.1),
        Policy.Model.Input.Bounds, Policy.Seed);

    /// <exception cref="MistakeException">Policy, model or data cannot be worked with, or nothing can be written.</exception>
    public static Preparation Of(HardenRequest request)
    {
        var policy = new PolicyOverrides(Seed: request.Seed).Apply(PolicyReader.Read(request.PolicyPath));
        var section = SectionOf(policy, request);
        var radius = RadiusFor(policy, section.Regime);
        var output = HardenOutput.Claim(request.OutputDirectory, policy.Model);
        var training = SampleSet.Load(section.Data!, policy.Model.Input, policy.Seed);
        var judged = SampleSet.Load(policy.Data, policy.Model.Input, policy.Seed);
        LibTorch.Load(request.Threads);
        var prepared = new Preparation(
            policy, section with { Regime = section.Regime.Within(radius ?? 0) }, radius, Devices.Choose(request.Device ?? policy.Device),
            output, training, judged);
        if (training.Count <= prepared.HeldOut)
        {
            throw Mistake(policy, "harden.data", $"{training.Count} training samples are too few: some must be held out to measure on. Give more.");
        }

        if (prepared.Shared == judged.Count)
        {
            throw SameSamples(policy, "harden.data.images", "all samples that the policy judges are among these");
        }

        DryRun.Run(prepared);
        return prepared;
    }

    /// <summary>What the policy and the request say together.</summary>
    private static HardenSection SectionOf(Policy policy, HardenRequest request)
    {
        var section = policy.Harden ?? throw Mistake(
            policy, "harden", "the policy has no 'harden' section, so there is nothing to train on. Add harden: { regime: jacobian, data: { images: …, labels: … } } with the training samples.");
        if (section.Data is null)
        {
            throw Mistake(policy, "harden", "'harden' lacks 'data', the samples to train on. Those under the policy's own 'data' are judged: trained on them, every figure would flatter the model. Name the training set.");
        }

        if (Path.GetFullPath(section.Data.Images) == Path.GetFullPath(policy.Data.Images))
        {
            throw SameSamples(policy, "harden.data.images", "these are the samples that the policy judges");
        }

        var regime = request.Regime is null
            ? section.Regime
            : RegimeCatalog.All.Single(candidate => candidate.Name == request.Regime);
        return section with { Regime = regime, Epochs = request.Epochs ?? section.Epochs };
    }

    private static double? RadiusFor(Policy policy, Regime regime) =>
        policy.LargestEpsilon ?? (regime.Within(1) == regime
            ? null
            : throw Mistake(policy, "harden", $"the regime '{regime.Name}' needs a radius, and the policy has no attack in linf to take it from. Write harden.epsilon."));

    private static IEnumerable<ulong> Identities(SampleSet samples) =>
        Enumerable.Range(0, samples.Count).Select(i => BitConverter.ToUInt64(samples.Ids.AsSpan(i * sizeof(ulong), sizeof(ulong))));

    private static MistakeException SameSamples(Policy policy, string key, string what) =>
        Mistake(policy, key, $"{what}. Trained on them, every figure would flatter the model. Name the training set.");

    private static MistakeException Mistake(Policy policy, string key, string message) =>
        new(ExitCode.InvalidInput, new Finding("RG0482", Severity.Error, policy.Source.At(key), message));
}
