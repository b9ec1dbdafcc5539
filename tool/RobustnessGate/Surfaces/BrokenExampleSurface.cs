using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>
/// Lays the plane around a report's broken sample: which way it was broken, and how near the boundary lies, in the model
/// under test and, where it can be had, in the one that withstood.
/// </summary>
internal sealed class BrokenExampleSurface(BatchedModel batchedModel, BatchedModel? before, SampleTensors samples, long seed, CancellationToken cancel)
{
    /// <summary>Of each axis. Coarser for large inputs, whose forward passes cost more than all of the picture's details are worth.</summary>
    private const int Points = 31, FewPoints = 15;

    private const int MostFeatures = 3 * 64 * 64;

    /// <summary>How much wider than the ball.</summary>
    private const double Wider = 4.0 / 3;

    /// <summary>A boundary within this share of the radius is hardly seen beside a ball so much wider; then the plane is narrowed.</summary>
    private const double Near = 1.0 / 8;

    /// <summary>To so many times the distance of the boundary.</summary>
    private const double Narrowed = 4;

    /// <summary>Passes of a batch that following an attack may cost.</summary>
    private const int MostQueries = 120;

    /// <summary>What an evaluation is handed, so that it knows no surfaces.</summary>
    public static SurfaceLayer Layer { get; } = (model, before, samples, seed, cancel) => new BrokenExampleSurface(model, before, samples, seed, cancel).Of;

    /// <param name="run">What broke the sample.</param>
    /// <param name="position">Of the sample.</param>
    /// <param name="point">Where: the judged point.</param>
    /// <returns>Null where the run's ball has no plane of this kind, or the surface tells nothing: a value is no number, or all are one.</returns>
    /// <exception cref="NoDirectionException">There is no plane at this sample.</exception>
    public BrokenExamplePlane? Of(AttackRun run, int position, float[] point)
    {
        if (run.Epsilon.IsBox || run.Entry.Norm is not (Norm.Linf or Norm.L2))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var sample = SurfaceSample.Of(samples, position);
        var setting = new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.Margin, Wider * run.Epsilon.Value)
        {
            Resolution = samples.Features <= MostFeatures ? Points : FewPoints, Norm = run.Entry.Norm, Epsilon = run.Epsilon.Value, Seed = seed, Looks = 0,
        };
        if (Lay(setting) is not { } plane)
        {
            return null;
        }

        // Each model's nearest boundary: where the baseline's is as far as the ball, that is what there is to see.
        var reach = Math.Max(Reach(plane.Now), plane.Before is { } other ? Reach(other) : 0);
        if (!(reach < Near * run.Epsilon.Value))
        {
            return plane;
        }

        // A boundary may be so near that steps towards it are lost, in one model or in both: then the wide plane is what there is.
        var narrow = BrokenExampleKeeper.Unless(() => Lay(setting with { Extent = Narrowed * reach }));
        return narrow is null || (narrow.Before is null && plane.Before is not null) ? plane : narrow;

        BrokenExamplePlane? Lay(SurfaceSetting at) => Grid(batchedModel, "this model", at, point) is { } now
            ? new(now, before is null ? null : BrokenExampleKeeper.Unless(() => Grid(before, "baseline", at, null))) : null;

        SurfaceGrid? Grid(BatchedModel model, string name, SurfaceSetting at, float[]? judged)
        {
            var surface = new InputSurface(model, name);
            var grid = surface.Of(sample, at, cancel);
            return !grid.Margins.Concat(grid.Losses).All(double.IsFinite) || grid.Margins.Min() == grid.Margins.Max() ? null
                : grid with { Path = Way(model, surface.Plane(sample, at).Plane, sample, run, judged), Box = IsBeyond(grid) ? null : grid.Box };
        }
    }

    /// <summary>
    /// The way of the attack that broke the sample, to where it was broken. Where that attack cannot be followed in a few steps, or did
    /// it from another start, the straight way to the judged point.
    /// </summary>
    /// <param name="judged">Null for a model that it did not break: there the way is the whole of the attack's, or none.</param>
    private SurfacePath? Way(BatchedModel model, InputPlane plane, SurfaceSample sample, AttackRun run, float[]? judged)
    {
        using var scope = NewDisposeScope();
        var label = tensor(new long[] { sample.Label }, device: model.Device);
        if (Step(run.Entry.Attack) is { } attack)
        {
            var path = AttackPath.Of(
                model, plane, sample.Input, (sample.Low, sample.High), label, sample.Id, attack, run.Entry.Norm, run.Epsilon.Value, seed, cancel);
            var fell = Enumerable.Range(0, path.Margins.Length).FirstOrDefault(i => !(path.Margins[i] > 0), -1);
            if (fell >= 0 || judged is null)
            {
                return fell < 0 || run.Entry.Judge == Judge.Last ? path
                    : path with { Points = path.Points[..(fell + 1)], Margins = path.Margins[..(fell + 1)], Distances = path.Distances[..(fell + 1)] };
            }
        }

        if (judged is null)
        {
            return null;
        }

        var ends = cat([sample.Input, samples.Stack([judged])], 0);
        var (coordinates, distances) = plane.Project(ends);
        var places = coordinates.cpu().data<double>().ToArray();
        return new(
            $"{run.Entry.Attack.Name}, straight", run.Epsilon.Value, [new(places[0], places[1]), new(places[2], places[3])],
            [.. Margin.Of(model.VerdictLogits(ends, model.Draws), label.expand(2)).cpu().data<double>()], [.. distances.cpu().data<double>()]);
    }

    /// <summary>An attack whose iterates are a way; null where they are not, or too many.</summary>
    private static Attack? Step(Attack attack) => attack switch
    {
        Pgd pgd => pgd with { Restarts = 1 },
        Fgsm or Bim or MiFgsm or CwLinf => attack,
        _ => null,
    } is { Queries: <= MostQueries } followed ? followed : null;

    /// <summary>Distance of the nearest boundary along an axis; infinite where none is met, or the sample itself is wrong.</summary>
    private static double Reach(SurfaceGrid grid) => new[] { grid.X.Ahead, grid.X.Behind, grid.Y.Ahead, grid.Y.Behind }
        .Where(distance => distance is > 0).DefaultIfEmpty(double.PositiveInfinity).Min()!.Value;

    /// <summary>Whether the ball holds all of the plane that is drawn: its edge is nowhere to be seen.</summary>
    private static bool IsBeyond(SurfaceGrid grid) => grid.Box is { } box
        && new[] { -1, 1 }.All(i => new[] { -1, 1 }.All(j => PlaneSection.Holds(box.Outline, i * grid.X.Extent, j * grid.Y.Extent)));
}
