using RobustnessGate.Evaluation;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Surfaces;

/// <summary>The decision surface around a report's most telling sample: which way it was broken, and how near the boundary lies.</summary>
internal static class TellingSurface
{
    /// <summary>Of each axis. Coarser for large inputs, whose forward passes cost more than all of the picture's details are worth.</summary>
    private const int Points = 31, FewPoints = 15;

    private const int MostFeatures = 3 * 64 * 64;

    /// <summary>How much wider than the ball.</summary>
    private const double Wider = 4.0 / 3;

    /// <param name="run">What broke the sample.</param>
    /// <param name="position">Of the sample.</param>
    /// <returns>Null where the run's ball has no plane of this kind, or a value there is no number.</returns>
    public static SurfaceGrid? Of(Oracle oracle, SampleTensors samples, AttackRun run, int position, long seed, CancellationToken cancel)
    {
        if (run.Epsilon.IsBox || run.Entry.Norm is not (Norm.Linf or Norm.L2))
        {
            return null;
        }

        using var scope = TorchSharp.torch.NewDisposeScope();
        var setting = new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.Margin, Wider * run.Epsilon.Value)
        {
            Resolution = samples.Features <= MostFeatures ? Points : FewPoints, Norm = run.Entry.Norm, Epsilon = run.Epsilon.Value, Seed = seed, Looks = 0,
        };
        try
        {
            var grid = new InputSurface(oracle, "this model").Of(
                SurfaceSample.Of(samples, position), setting, cancel);
            return grid.Margins.Concat(grid.Losses).All(double.IsFinite) ? grid : null;
        }
        catch (NoDirectionException)
        {
            return null;
        }
    }

    /// <returns>Null where no sample has one.</returns>
    public static ReportPicture? Picture(IEnumerable<TellingFact> facts)
    {
        if (facts.FirstOrDefault(fact => fact.Surface is not null) is not { Surface: { } grid } fact)
        {
            return null;
        }

        var title = FormattableString.Invariant($"Around sample {fact.Sample}, of class {fact.Label}");
        const string caption = "Up: towards the boundary, by the gradient of L. Numbers at triangles: distance to the boundary.";
        return new(PictureSection.Telling, ReportFiles.Surface, $"{title}. {caption}", SurfacePictures.Contours(title, caption, [grid]));
    }
}
