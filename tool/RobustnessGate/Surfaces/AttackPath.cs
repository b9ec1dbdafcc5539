using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>Follows an attack of the gate on one sample, over all its iterates: nothing ends it at the boundary.</summary>
internal static class AttackPath
{
    /// <param name="sample">(1, …) float32.</param>
    /// <param name="valid">Least and greatest valid values, (1, …).</param>
    public static SurfacePath Of(
        BatchedModel model, InputPlane plane, Tensor sample, (Tensor Low, Tensor High) valid, Tensor label, ulong id, Attack attack,
        Norm norm, double epsilon, long seed, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var searchBatch = new SearchBatch(sample, valid.Low, valid.High, label, false, model.Logits(sample), [id], seed, attack.Name);
        var met = new List<Tensor>();
        var bestPoints = new BestPoints(1, Criterion.Slack, keepAll: false, nearest: false);
        using (var search = new Search(model, searchBatch, bestPoints, norm, Limit.Of(Epsilon.Of(epsilon)), Judge.Last, null, cancel, model.Draws, Keep))
        {
            attack.Run(search);
        }

        // An attack from a random start never looks at the sample itself.
        var iterates = met[0].equal(sample).all().item<bool>() ? cat(met, 0) : cat([sample, .. met], 0);
        var (coordinates, distances) = plane.Project(iterates);
        var margins = Margin.Of(model.Logits(iterates), label.expand(iterates.shape[0]));
        var places = coordinates.cpu().data<double>().ToArray();
        return new(
            attack.Name, epsilon,
            [.. Enumerable.Range(0, (int)iterates.shape[0]).Select(i => new PlanePoint(places[2 * i], places[(2 * i) + 1]))],
            [.. margins.to(ScalarType.Float64).cpu().data<double>()], [.. distances.cpu().data<double>()]);

        void Keep(Tensor points)
        {
            // The search's own scopes end with each step.
            var copy = points.clone().DetachFromDisposeScope();
            scope.Attach(copy);
            met.Add(copy);
        }
    }
}
