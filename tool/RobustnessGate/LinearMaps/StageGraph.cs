using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>A stage, and the values that it reads.</summary>
/// <param name="Sources">0 is the network's input, i + 1 what the i-th link gives.</param>
internal sealed record Link(Stage Stage, int[] Sources);

/// <summary>A network as stages, each reading what came before it. The last one gives the logits, (N, K).</summary>
/// <param name="Links">In an order in which they can be run.</param>
internal sealed record StageGraph(IReadOnlyList<Link> Links)
{
    /// <summary>Stages one after the other.</summary>
    public static StageGraph Row(IEnumerable<Stage> stages) => Of([.. stages.Select((stage, i) => new Link(stage, [i]))]);

    /// <summary>Links as they are run: what is rectified before its maxima are taken can be rectified after, where less is left.</summary>
    public static StageGraph Of(IReadOnlyList<Link> links)
    {
        var kept = new List<Link>();
        var places = new int[links.Count + 1];
        for (var i = 0; i < links.Count; i++)
        {
            var (stage, sources) = links[i];
            if (stage is RectifyingStage && Readers(links, i + 1) is [{ Stage: MaximumStage }])
            {
                places[i + 1] = places[sources[0]];
                continue;
            }

            var late = stage is MaximumStage && sources[0] > 0 && links[sources[0] - 1].Stage is RectifyingStage && Readers(links, sources[0]).Count == 1;
            kept.Add(new(late ? ((MaximumStage)stage).Rectified() : stage, [.. sources.Select(source => places[source])]));
            places[i + 1] = kept.Count;
        }

        return new(kept);
    }

    /// <summary>The same network behind some stages.</summary>
    public StageGraph Behind(params Stage[] first) => new(
    [
        .. first.Select((stage, i) => new Link(stage, [i])),
        .. Links.Select(link => link with { Sources = [.. link.Sources.Select(source => source + first.Length)] }),
    ]);

    /// <summary>(N, …) → the logits (N, K), with the graph to weights and input.</summary>
    public Tensor Forward(Tensor x)
    {
        var values = new Tensor[Links.Count + 1];
        values[0] = x;
        for (var i = 0; i < Links.Count; i++)
        {
            values[i + 1] = Links[i].Stage.Forward([.. Links[i].Sources.Select(source => values[source])]);
        }

        return values[^1];
    }

    /// <summary>What changes of the input do to every value: for each value (m, …).</summary>
    /// <param name="until">The last value wanted; those beyond stay null.</param>
    /// <param name="after">Called after each link, with its number and the changes so far.</param>
    public Tensor[] Push(Tensor change, int? until = null, Action<int, Tensor[]>? after = null)
    {
        var changes = new Tensor[Links.Count + 1];
        changes[0] = change;
        for (var i = 0; i < (until ?? Links.Count); i++)
        {
            changes[i + 1] = Links[i].Stage.Push(Read(i, changes));
            after?.Invoke(i, changes);
        }

        return changes;
    }

    /// <summary>Gradients at some values → the gradient at the input; null where nothing leads there.</summary>
    /// <param name="back">By value; filled on the way.</param>
    /// <param name="beside">What a link adds to the gradients of its inputs; null for nothing.</param>
    public Tensor? Pull(Tensor?[] back, Func<int, Tensor[]?> beside)
    {
        for (var i = back.Length - 2; i >= 0; i--)
        {
            if (back[i + 1] is { } gradient)
            {
                Add(back, Links[i].Sources, Links[i].Stage.Pull(gradient));
            }

            if (back[i + 1] is not null && beside(i) is { } more)
            {
                Add(back, Links[i].Sources, more);
            }
        }

        return back[0];
    }

    /// <summary>What a link reads of something that there is for every value, without its graph.</summary>
    public Tensor[] Read(int link, Tensor[] values) => [.. Links[link].Sources.Select(source => values[source].detach())];

    /// <summary>What the units of every value see of an image; null for all of it, or what is not known.</summary>
    public Field?[] Fields(bool image)
    {
        var fields = new Field?[Links.Count + 1];
        fields[0] = image ? Field.Pixel : null;
        for (var i = 0; i < Links.Count; i++)
        {
            var seen = Links[i].Sources.Select(source => fields[source]).Aggregate((a, b) => a is not null && b is not null ? a.With(b) : null);
            fields[i + 1] = seen is null ? null : Links[i].Stage.Sees(seen);
        }

        return fields;
    }

    /// <summary>How many links in front are plain linear and read by the next one alone.</summary>
    public int Entrance()
    {
        var count = 0;
        while (count < Links.Count && Links[count].Sources is [var source] && source == count && Readers(Links, count).Count == 1
            && !Links[count].Stage.Weighted && !Links[count].Stage.Curved)
        {
            count++;
        }

        return count;
    }

    /// <summary>Whether a value is read by this link alone, and by it once.</summary>
    public bool ReadsAlone(int link, int value) => Links[link].Sources is [var source] && source == value && Readers(Links, value).Count == 1;

    private static void Add(Tensor?[] back, int[] sources, Tensor[] gradients)
    {
        foreach (var (source, gradient) in sources.Zip(gradients))
        {
            back[source] = back[source] is { } sum ? sum + gradient : gradient;
        }
    }

    private static List<Link> Readers(IReadOnlyList<Link> links, int value) => [.. links.Where(link => link.Sources.Contains(value))];
}
