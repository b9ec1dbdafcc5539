using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// The hunt for adversarial points of one attack at one radius, over the samples that still stand. It hands the attack
/// gradients and losses; in passing it projects every point, judges it, drops samples that fell and counts passes.
/// After each query everything that the attack tracks has only the rows of samples that still stand:
/// keep nothing else across queries.
/// </summary>
public sealed class Pursuit : IDisposable
{
    private readonly Oracle _oracle;
    private readonly Quarry _quarry;
    private readonly Evidence _evidence;
    private readonly Judge _judge;
    private readonly List<Rows> _tracked = [];
    private readonly Region _region;
    private readonly Rows _clean;
    private readonly Rows _classes;
    private readonly CancellationToken _cancel;
    private readonly Action<Pursuit>? _onQuery;

    internal Pursuit(
        Oracle oracle, Quarry quarry, Evidence evidence, Norm norm, double epsilon, Judge judge,
        Action<Pursuit>? onQuery, CancellationToken cancel)
    {
        (_oracle, _quarry, _evidence, _judge, _onQuery, _cancel) = (oracle, quarry, evidence, judge, onQuery, cancel);
        _clean = Track(quarry.Clean.alias());
        _classes = Track(quarry.Classes.alias());
        _region = new Region(_clean, Track(quarry.Low.alias()), Track(quarry.High.alias()), norm, epsilon);
        Standing = [.. Enumerable.Range(0, quarry.Count)];
    }

    /// <summary>Whether any sample still stands.</summary>
    public bool Any => Standing.Length > 0;

    public Norm Norm => _region.Norm;

    /// <summary>Radius in raw input units; NaN where a per-sample box is the limit.</summary>
    public double Epsilon => _region.Epsilon;

    /// <summary>The samples, (n, …).</summary>
    public Tensor Clean => _clean.Value;

    /// <summary>Whether success means a certain class (<see cref="Classes"/>) instead of any wrong one.</summary>
    public bool Targeted => _quarry.Targeted;

    /// <summary>(n) int64: the class to leave, or the one to reach.</summary>
    public Tensor Classes => _classes.Value;

    /// <summary>Least reachable value of every feature: of box and ball in ℓ∞, of the box otherwise.</summary>
    public Tensor Low => _region.Low;

    /// <summary>Greatest reachable value of every feature.</summary>
    public Tensor High => _region.High;

    /// <summary>Per-sample forward passes so far.</summary>
    public long Forwards { get; private set; }

    /// <summary>Per-sample backward passes so far.</summary>
    public long Backwards { get; private set; }

    /// <summary>Queries so far: what progress is measured in.</summary>
    internal int Queries { get; private set; }

    /// <summary>Positions in the quarry of the samples that still stand.</summary>
    internal int[] Standing { get; private set; }

    /// <summary>Points that start at the samples themselves, tracked.</summary>
    public Rows AtSamples() => Track(Clean.clone());

    /// <summary>Puts a tensor with one row for each standing sample into the pursuit's care.</summary>
    public Rows Track(Tensor rows)
    {
        var tracked = new Rows(rows);
        _tracked.Add(tracked);
        return tracked;
    }

    /// <summary>Gradient of a loss that grows towards success, at points that are projected first.</summary>
    /// <returns>(n, …) for the samples that stand after these points were judged.</returns>
    public Tensor Gradient(Rows points, Loss loss) => Gradient(points, (logits, slice) => Ascend(loss, logits, slice));

    /// <param name="points">Projected in place first.</param>
    /// <param name="objective">Logits (m, K) of a slice of the rows → (m), to be climbed.</param>
    public Tensor Gradient(Rows points, Func<Tensor, Slice, Tensor> objective)
    {
        using var scope = NewDisposeScope();
        var rows = Track(zeros_like(points.Value));
        Query(points, objective, rows.Value, judged: _judge == Judge.Any);
        Backwards += Standing.Length;
        return Hand(rows, scope);
    }

    /// <summary>Losses, greater towards success, of points that are projected and judged.</summary>
    /// <returns>(n) for the samples that stand afterwards.</returns>
    public Tensor Evaluate(Rows points, Loss loss)
    {
        using var scope = NewDisposeScope();
        var values = Track(zeros(points.Value.shape[0], device: points.Value.device));
        Query(points, null, null, judged: _judge == Judge.Any, (logits, slice) =>
            slice.Of(values.Value).copy_(Ascend(loss, logits, slice)));
        return Hand(values, scope);
    }

    /// <summary>Judges points that the attack will not move again: the end of each of its runs.</summary>
    public void Conclude(Rows points) => Query(points, null, null, judged: true);

    /// <summary>Numbers uniform in [−1, 1], shaped like the samples, that depend on sample, attack, run and step alone.</summary>
    public Tensor Uniform(int run, int step = 0) => Draw(run, step, (ref CounterRandom random) => (2 * random.NextSingle()) - 1);

    /// <summary>Standard normal numbers, like <see cref="Uniform"/>.</summary>
    public Tensor Normal(int run, int step = 0) => Draw(run, step, (ref CounterRandom random) => random.NextNormal());

    /// <summary>Moves points to the nearest that the threat model allows. Queries do so by themselves.</summary>
    public void Project(Rows points) => _region.Project(points);

    public void Dispose()
    {
        foreach (var rows in _tracked)
        {
            rows.Dispose();
        }
    }

    private Tensor Ascend(Loss loss, Tensor logits, Slice slice)
    {
        using var scope = NewDisposeScope();
        var classes = slice.Of(Classes);
        var value = loss switch
        {
            Loss.Ce => Losses.CrossEntropy(logits, classes),
            Loss.Margin => -Margin.Of(logits, classes),
            _ => Losses.Dlr(logits, classes),
        };
        return (Targeted ? -value : value).MoveToOuterDisposeScope();
    }

    private void Query(
        Rows points, Func<Tensor, Slice, Tensor>? objective, Tensor? gradient, bool judged,
        Action<Tensor, Slice>? read = null)
    {
        _region.Project(points);
        using var scope = NewDisposeScope();
        var goals = empty(Standing.Length, device: points.Value.device);
        var scales = empty(Standing.Length, device: points.Value.device);
        foreach (var slice in _oracle.Slices(Standing.Length))
        {
            _cancel.ThrowIfCancellationRequested();
            using var chunk = NewDisposeScope();
            var batch = _oracle.Pad(slice.Of(points.Value)).detach();
            batch.requires_grad_(objective is not null);
            var logits = Forward(batch, slice, track: objective is not null);
            using (no_grad())
            {
                slice.Of(goals).copy_(_quarry.Goal(logits, slice.Of(Classes)));
                slice.Of(scales).copy_(logits.abs().amax(1));
                read?.Invoke(logits, slice);
            }

            if (objective is not null && !(judged && _evidence.AllFall(slice.Of(goals), slice.Of(scales))))
            {
                using var total = objective(logits, slice).sum();
                slice.Of(gradient!).copy_(InputGradient.Of(total, batch).narrow(0, 0, slice.Count));
            }
        }

        Forwards += Standing.Length;
        Queries++;
        if (judged)
        {
            Drop(_evidence.Judge(Standing, points.Value, goals, scales));
        }

        _onQuery?.Invoke(this);
    }

    private Tensor Forward(Tensor batch, Slice slice, bool track)
    {
        if (track)
        {
            return _oracle.Classifier.Logits(batch).narrow(0, 0, slice.Count);
        }

        using var noGrad = no_grad();
        return _oracle.Classifier.Logits(batch).narrow(0, 0, slice.Count);
    }

    private void Drop(bool[] fallen)
    {
        if (!fallen.Contains(true))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var kept = Enumerable.Range(0, fallen.Length).Where(i => !fallen[i]).ToArray();
        using var index = tensor(kept.Select(i => (long)i).ToArray(), device: Clean.device);
        foreach (var rows in _tracked)
        {
            rows.Keep(index);
        }

        Standing = [.. kept.Select(i => Standing[i])];
    }

    /// <summary>Frees a tensor that the attack no longer needs.</summary>
    public void Release(Rows rows)
    {
        _tracked.Remove(rows);
        rows.Dispose();
    }

    /// <summary>Takes a tensor out of the pursuit's care and into the caller's dispose scope.</summary>
    private Tensor Hand(Rows rows, DisposeScope scope)
    {
        _tracked.Remove(rows);
        scope.Attach(rows.Value);
        return rows.Value.MoveToOuterDisposeScope();
    }

    private Tensor Draw(int run, int step, Sampler next)
    {
        var size = (int)(Clean.numel() / Math.Max(1, Clean.shape[0]));
        var values = new float[Standing.Length * size];
        for (var row = 0; row < Standing.Length; row++)
        {
            var random = _quarry.Stream(Standing[row], run, step);
            foreach (ref var value in values.AsSpan(row * size, size))
            {
                value = next(ref random);
            }
        }

        return tensor(values, device: Clean.device).reshape(Clean.shape);
    }

    private delegate float Sampler(ref CounterRandom random);
}
