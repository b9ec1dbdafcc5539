using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>
/// The search for adversarial points of one attack at one radius, over the samples that are still robust. It hands the attack
/// gradients and losses; in passing it projects every point, judges it, drops samples that were broken and counts passes.
/// After each query everything that the attack tracks has only the rows of samples that are still robust:
/// keep nothing else across queries.
/// </summary>
public sealed class Search : IDisposable
{
    private readonly SearchBatch _batch;
    private readonly ModelQuery _query;
    private readonly BestPoints _bestPoints;
    private readonly Judge _judge;
    private readonly int _draws;
    private readonly List<PerSample> _tracked = [];
    private readonly PerSample _clean;
    private readonly PerSample _classes;
    private readonly PerSample _cleanLogits;
    private readonly PerSample _cleanScales;
    private readonly Action<Search>? _onQuery;
    private readonly Action<Tensor>? _onPoints;

    internal Search(
        IQueriedModel model, SearchBatch searchBatch, BestPoints bestPoints, Norm norm, Limit limit, Judge judge,
        Action<Search>? onQuery, CancellationToken cancel, int draws = 1, Action<Tensor>? onPoints = null)
    {
        (_draws, _onPoints) = (draws, onPoints);
        (_batch, _bestPoints, _judge, _onQuery) = (searchBatch, bestPoints, judge, onQuery);
        _query = new ModelQuery(model, searchBatch, bestPoints, draws, cancel);
        _clean = Track(searchBatch.Clean.alias());
        _classes = Track(searchBatch.Classes.alias());
        _cleanLogits = Track(searchBatch.CleanLogits.alias());
        _cleanScales = Track(searchBatch.CleanLogits.abs().amax(1));
        Reach = new Reach(Track, _clean, searchBatch.Low, searchBatch.High, norm, limit);
        Robust = [.. Enumerable.Range(0, searchBatch.Count)];
    }

    /// <summary>Whether any sample is still robust.</summary>
    public bool Any => Robust.Length > 0;

    /// <summary>The points that may be reached: norm, radius, and least and greatest values.</summary>
    public Reach Reach { get; }

    /// <summary>The samples, (n, …).</summary>
    public Tensor Clean => _clean.Value;

    /// <summary>Whether success means a certain class (<see cref="Classes"/>) instead of any wrong one.</summary>
    public bool Targeted => _batch.Targeted;

    /// <summary>Whether the last dimension of an image holds its channels.</summary>
    public bool ChannelsLast => _batch.ChannelsLast;

    /// <summary>(n) int64: the class to leave, or the one to reach.</summary>
    public Tensor Classes => _classes.Value;

    /// <summary>Logits at the samples themselves, (n, K).</summary>
    public Tensor CleanLogits => _cleanLogits.Value;

    /// <summary>Per-sample forward passes so far.</summary>
    public long Forwards { get; private set; }

    /// <summary>Per-sample backward passes so far.</summary>
    public long Backwards { get; private set; }

    /// <summary>Queries so far: what progress is measured in.</summary>
    internal int Queries { get; private set; }

    /// <summary>Positions in the batch of the samples that are still robust.</summary>
    internal int[] Robust { get; private set; }

    /// <summary>Points that start at the samples themselves, tracked: (n, …).</summary>
    public PerSample AtSamples() => Track(Clean.clone());

    /// <summary>Puts a tensor with one row for each robust sample into the care of the search.</summary>
    /// <param name="rows">(n, …).</param>
    /// <returns>To be disposed of by whoever asked; the end of the search frees what is left.</returns>
    public PerSample Track(Tensor rows) => new(rows, _tracked);

    /// <summary>A loss as an objective that grows towards success: turned around where a target is to be reached.</summary>
    /// <param name="loss">Of <see cref="Losses"/>, or one's own: logits (m, K) and classes (m) → (m), greater is worse for the class.</param>
    public Objective Towards(LossFunction loss) => (logits, slice) =>
    {
        using var scope = NewDisposeScope();
        var value = loss(logits, slice.Of(Classes));
        return (Targeted ? -value : value).MoveToOuterDisposeScope();
    };

    /// <summary>Looks at points: projects them in place, runs the network, judges them, drops samples that were broken.</summary>
    /// <param name="points">(n, …) tracked: one for each robust sample, in raw input units.</param>
    /// <param name="objectives">What to evaluate and differentiate, all from one forward pass.</param>
    /// <param name="gradients">Whether gradients are wanted.</param>
    /// <param name="bounded">
    /// Whether points are kept within the ball. A search for the nearest point may roam outside, where it only keeps to
    /// the box: a point out there proves nothing and is not judged.
    /// </param>
    /// <returns>For the samples that are robust afterwards, in the caller's dispose scope.</returns>
    /// <exception cref="OperationCanceledException">The evaluation was stopped.</exception>
    public QueryResult Observe(PerSample points, IReadOnlyList<Objective> objectives, bool gradients = true, bool bounded = true)
    {
        using var scope = NewDisposeScope();
        return Query(points, objectives, gradients, judged: _judge == Judge.Any, bounded).MoveToOuterScope();
    }

    /// <summary>Judges points that the attack will not move again: the end of each of its runs.</summary>
    /// <param name="points">(n, …) tracked, projected in place.</param>
    /// <exception cref="InvalidOperationException">A point that is no number, here as in <see cref="Observe"/>.</exception>
    public void Conclude(PerSample points)
    {
        using var scope = NewDisposeScope();
        Query(points, [], gradients: false, judged: true, bounded: true);
    }

    /// <summary>A stream of random numbers for one robust sample, named by run and step.</summary>
    public CounterRandom Stream(int row, int run, int step) => _batch.Stream(Robust[row], run, step);

    /// <summary>(n, …): numbers uniform in [−1, 1], shaped like the samples, that depend on sample, attack, run and step alone.</summary>
    public Tensor Uniform(int run, int step = 0) => Draw(run, step, (ref CounterRandom random) => (2 * random.NextSingle()) - 1);

    /// <summary>(n, …): standard normal numbers, like <see cref="Uniform"/>.</summary>
    public Tensor Normal(int run, int step = 0) => Draw(run, step, (ref CounterRandom random) => random.NextNormal());

    /// <summary>
    /// Ends the search for samples for which the attack has nothing left to try. For searches for the nearest point: no
    /// success ends those.
    /// </summary>
    /// <param name="done">(n) bool.</param>
    public void Retire(Tensor done)
    {
        using var scope = NewDisposeScope();
        Drop(done.cpu().data<bool>().ToArray());
    }

    public void Dispose()
    {
        foreach (var rows in _tracked.ToArray())
        {
            rows.Dispose();
        }
    }

    private QueryResult Query(PerSample points, IReadOnlyList<Objective> objectives, bool gradients, bool judged, bool bounded)
    {
        Reach.Project(points, bounded);
        var seen = _batch.Quantization?.Nearest(points.Value, Reach, Clean) ?? points.Value;
        _onPoints?.Invoke(seen);
        var asked = _query.Ask(seen, Classes, _cleanScales.Value, objectives, gradients, judged && bounded);
        Forwards += (long)Robust.Length * _draws;
        Backwards += asked.Backwards;
        Queries++;
        var result = asked.Query;
        if (judged)
        {
            var distances = _bestPoints.Nearest || !bounded || _batch.Quantization is not null ? Lp.Of(seen - Clean, Reach.Norm) : null;
            var broken = _bestPoints.Judge(Robust, seen, result.Margins, asked.Scales, distances, Reach);
            result = Drop(broken) is { } kept ? result.Keep(kept) : result;
        }

        _onQuery?.Invoke(this);
        return result;
    }

    /// <returns>The rows that are kept, as an index; null for all.</returns>
    private Tensor? Drop(bool[] broken)
    {
        if (!broken.Contains(true))
        {
            return null;
        }

        var kept = Enumerable.Range(0, broken.Length).Where(i => !broken[i]).ToArray();
        var index = tensor(kept.Select(i => (long)i).ToArray(), device: Clean.device);
        foreach (var rows in _tracked)
        {
            rows.Keep(index);
        }

        Robust = [.. kept.Select(i => Robust[i])];
        return index;
    }

    private Tensor Draw(int run, int step, Sampler next)
    {
        var size = (int)(Clean.numel() / Math.Max(1, Clean.shape[0]));
        var values = new float[Robust.Length * size];
        for (var row = 0; row < Robust.Length; row++)
        {
            var random = Stream(row, run, step);
            foreach (ref var value in values.AsSpan(row * size, size))
            {
                value = next(ref random);
            }
        }

        return tensor(values, device: Clean.device).reshape(Clean.shape);
    }

    private delegate float Sampler(ref CounterRandom random);
}
