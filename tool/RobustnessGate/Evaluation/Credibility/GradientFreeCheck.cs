using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Gradients know more than answers alone: searches without them that find more say that gradients mislead
/// (Athalye et al. 2018, Section 3.1; Croce and Hein 2020, Section 6), unless the gradient search was merely short of luck:
/// then the gradient at the boundary leads to what they found.
/// </summary>
/// <param name="probe">Searches.</param>
/// <param name="model">Whose gradients are asked at what was found.</param>
/// <param name="samples">The data.</param>
internal sealed class GradientFreeCheck(Probe probe, BatchedModel model, SampleTensors samples)
{
    /// <summary>Share of the samples searched that random search may find by luck.</summary>
    private const double Acceptable = 0.02;

    /// <summary>From this share on it is no luck, whatever gradients say where they were found.</summary>
    private const double Significant = 0.15;

    /// <summary>Share of the found points to which gradients lead in an honest model; most have all.</summary>
    private const double Led = 0.5;

    /// <summary>Share of the way before the boundary at which its gradient is asked.</summary>
    private const double Before = 0.05;

    private const int Queries = 200;

    /// <summary>Where gradients are known to be dead, more is at stake than time.</summary>
    private const int QueriesOfSuspects = 1000;

    /// <param name="white">What a long search along gradients met, on the same samples.</param>
    /// <param name="suspect">Whether something else spoke against the gradients.</param>
    /// <param name="run">The run whose ball is searched.</param>
    /// <param name="where">Of that run's entry.</param>
    /// <returns>RG1118; RG1117 where the searches were too weak and the model is not to blame; null where nothing noteworthy was broken.</returns>
    public Suspicion? Examine(Probed white, bool suspect, AttackRun run, Location where)
    {
        var square = new Square(suspect ? QueriesOfSuspects : Queries);
        var squared = probe.Search(square, run.Entry.Norm, run.Epsilon, run.Entry, white.Left);
        var walked = run.Epsilon.IsBox ? new([], [], []) : probe.Search(new BoundaryWalk(), run.Entry.Norm, run.Epsilon, run.Entry, squared.Left);
        int[] broken = [.. squared.Broken, .. walked.Broken];
        if (!(broken.Length > Math.Max(1, Acceptable * white.Searched.Length)))
        {
            return null;
        }

        float[][] points = [.. squared.Broken.Select(sample => squared.Points[sample]!), .. walked.Broken.Select(sample => walked.Points[sample]!)];
        var led = Follow(broken, points);
        var said = FormattableString.Invariant(
            $"searches that see no gradient (square with {square.Iterations} queries, and along the boundary) break {broken.Length} of {white.Searched.Length} samples that a long search along gradients could not break at ε = {run.Epsilon} ({run.Entry.Norm.Name()})");
        return led < Led || broken.Length >= Math.Max(3, Significant * white.Searched.Length)
            ? new Suspicion(
                new Finding("RG1118", Severity.Warning, where,
                    $"{said}. Gradients should find what they find, so they mislead: judge this model by attacks that need none."),
                $"black-box search breaks {Facts.Words.Samples(broken.Length)} that gradient attacks could not", Decisive: true)
            : new Suspicion(
                new Finding("RG1117", Severity.Warning, where,
                    $"{said}, though gradients lead there: your attacks are too weak, and the robust count is too high. Use autoattack, or more restarts."),
                $"black-box search breaks {Facts.Words.Samples(broken.Length)} more", Decisive: false)
            {
                IsEffort = true,
            };
    }

    /// <summary>Share of the found points across whose boundary the gradient leads.</summary>
    private double Follow(int[] broken, float[][] points)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var lines = new SurfaceLines(model);
        var (from, to) = (samples.Load(broken), samples.Stack(points));
        var classes = tensor(broken.Select(sample => (long)samples.Labels[sample]).ToArray(), device: model.Device);
        var boundary = lines.Boundary(from, to, classes);
        return lines.LeadsAcross(from, to, classes, boundary, Before).to(ScalarType.Float32).mean().item<float>();
    }
}
