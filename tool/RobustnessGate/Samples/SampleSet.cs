using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>
/// The samples that an evaluation uses. Samples are held as stored (a byte a pixel for 8-bit sources) and decoded at each
/// read, so that only a batch is ever held as floats. Immutable after loading; reads may run side by side.
/// </summary>
internal sealed class SampleSet
{
    private readonly StoredSamples _images;
    private readonly SampleBoxes? _region;
    private readonly string _labelsPath;

    private SampleSet(
        StoredSamples images, SampleBoxes? region, string labelsPath, ImmutableArray<int> positions, ImmutableArray<int> labels)
    {
        _images = images;
        _region = region;
        _labelsPath = labelsPath;
        Positions = positions;
        Labels = labels;
    }

    public int Count => Labels.Length;

    /// <summary>Numbers in one sample.</summary>
    public int Features => _images.Features;

    public ImmutableArray<int> Labels { get; }

    /// <summary>Index in the data file of each sample in use.</summary>
    public ImmutableArray<int> Positions { get; }

    /// <summary>8 bytes per sample; see <see cref="SampleIdentity"/>.</summary>
    public ImmutableArray<byte> Ids { get; private init; }

    /// <summary>Of everything that is evaluated: decoded samples, labels, regions; see <see cref="SampleIdentity"/>.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Names of the classes where the format has them, by label.</summary>
    public IReadOnlyList<string>? ClassNames { get; private init; }

    /// <summary>Least and greatest value in use, in raw input units.</summary>
    public Bounds Values { get; private init; }

    /// <summary>Whether 8-bit values were mapped from 0..255 to the bounds.</summary>
    public bool Mapped { get; private init; }

    /// <summary>The file that the images come from, as findings name it.</summary>
    public string Display { get; private init; } = "memory";

    /// <summary>What a person should know of the data: notes on what was done to them, warnings of usual mistakes.</summary>
    public ImmutableArray<Finding> Notices { get; private init; } = [];

    /// <summary>Loads the samples that a policy names, checks every value in use, and identifies them.</summary>
    /// <exception cref="MistakeException">RG03xx.</exception>
    public static SampleSet Load(DataSection data, InputSection input, long seed)
    {
        var source = DataFormats.OpenImages(data, input);
        DataPin.Check(data);
        var labels = Labelled(source, data);
        var wanted = Wanted(source, data);
        var layout = Layout.Fit(source.SampleShape, input.Shape, source.Path);
        var mapTo = MapTo(source, data, input);

        var chosen = Selection.Choose(data.Selection, labels, wanted, seed);
        var taken = source.Take(chosen);
        var images = new StoredSamples(taken.Samples, new SampleDecoder(source.Type, layout, mapTo), input.Size);
        var region = SampleBoxes.Load(data, input, source.Count, chosen);
        var used = chosen.Select(i => labels[i]).ToImmutableArray();

        using var identity = new SampleIdentity();
        var values = new PixelCheck(source, input, chosen, data.Scale).Run(images, (i, tensor) =>
        {
            identity.Add(tensor, used[i]);
            region?.Identify(i, identity);
        });
        var (ids, sha256) = identity.Complete();
        return new SampleSet(images, region, data.Labels ?? source.Path, [.. chosen], used)
        {
            Ids = ids,
            Sha256 = sha256,
            ClassNames = source.ClassNames,
            Values = values,
            Mapped = mapTo is not null,
            Display = ShownPath.Of(source.Path),
            Notices =
            [
                .. source.Notes.Concat(taken.Notes).Concat(layout.Notes).Select(note => Notice(source.Path, Severity.Note, note)),
                .. DataChecks.Examine(input, used, mapTo is not null, values).Select(note => Notice(source.Path, Severity.Warning, note)),
            ],
        };
    }

    /// <summary>Samples that a program holds in memory, for use of the library without files.</summary>
    /// <param name="values">(N, …shape) in raw input units, C order.</param>
    /// <param name="labels">(N).</param>
    /// <param name="input">Shape and bounds; values must be finite and lie in the bounds.</param>
    /// <param name="lower">Least values of each sample's own region, shaped like the values; empty for no region.</param>
    /// <param name="upper">Greatest values of each sample's own region.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or a value outside the bounds.</exception>
    public static SampleSet FromMemory(
        ReadOnlySpan<float> values, ReadOnlySpan<int> labels, InputSection input,
        ReadOnlySpan<float> lower = default, ReadOnlySpan<float> upper = default)
    {
        if (labels.IsEmpty || values.Length != labels.Length * input.Size)
        {
            throw new ArgumentException($"{values.Length} values are not {labels.Length} samples of {input.Size}");
        }

        var (least, greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        var stored = new byte[labels.Length][];
        using var identity = new SampleIdentity();
        for (var i = 0; i < labels.Length; i++)
        {
            var sample = values.Slice(i * input.Size, input.Size);
            for (var k = 0; k < sample.Length; k++)
            {
                var value = sample[k];
                if (!float.IsFinite(value) || (input.BoundsOf(k) is { } bounds && !(value >= bounds.Low - 1e-6 && value <= bounds.High + 1e-6)))
                {
                    throw new ArgumentException(FormattableString.Invariant($"sample {i} has the value {value}, outside the bounds"));
                }

                (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
            }

            stored[i] = MemoryMarshal.AsBytes(sample).ToArray();
            identity.Add(sample, labels[i]);
        }

        var (ids, sha256) = identity.Complete();
        var decoder = new SampleDecoder(ElementType.Float32, Layout.Same, mapTo: null);
        var region = lower.IsEmpty ? null : new SampleBoxes(Rows(lower), Rows(upper));
        return new SampleSet(new StoredSamples(stored, decoder, input.Size), region, "memory", [.. Enumerable.Range(0, labels.Length)], [.. labels])
        {
            Ids = ids,
            Sha256 = sha256,
            Values = new Bounds(least, greatest),
        };

        StoredSamples Rows(ReadOnlySpan<float> side)
        {
            var rows = new byte[stored.Length][];
            for (var i = 0; i < rows.Length; i++)
            {
                rows[i] = MemoryMarshal.AsBytes(side.Slice(i * input.Size, input.Size)).ToArray();
            }

            return new StoredSamples(rows, decoder, input.Size);
        }
    }

    /// <summary>Decodes samples <paramref name="start"/> … into (count, …shape) raw input units, C order.</summary>
    public void Read(int start, int count, Span<float> destination) => _images.Read(start, count, destination);

    /// <summary>The box of each sample, in raw input units; like <see cref="Read"/>.</summary>
    /// <exception cref="InvalidOperationException">The data have no region.</exception>
    public void ReadRegion(int start, int count, Span<float> lower, Span<float> upper)
    {
        var region = _region ?? throw new InvalidOperationException("the data have no region");
        region.Lower.Read(start, count, lower);
        region.Upper.Read(start, count, upper);
    }

    /// <summary>Makes sure that every label is a class of the model.</summary>
    /// <exception cref="MistakeException">RG0308, naming the first sample whose label is not.</exception>
    public void RequireClasses(int classes)
    {
        var wrong = Labels.ToList().FindIndex(label => label >= classes);
        if (wrong < 0)
        {
            return;
        }

        var shifted = Labels.Min() == 1 && Labels.Max() == classes;
        throw DataMistake.At("RG0308", _labelsPath, FormattableString.Invariant(
            $"sample {Positions[wrong]} has label {Labels[wrong]}, but the model has {classes} classes, numbered 0 to {classes - 1}. ")
            + (shifted
                ? FormattableString.Invariant($"All labels run from 1 to {classes}: they look shifted by one. Subtract 1 from every label.")
                : "Every such sample would count as misclassified. Give the labels that the model was trained with."));
    }

    /// <summary>A warning where the data name fewer classes than the model has; null otherwise.</summary>
    public Finding? FewerClasses(int classes) => ClassNames is { } names && names.Count < classes
        ? Notice(_labelsPath, Severity.Warning, new DataNote("RG0353", FormattableString.Invariant(
            $"the data have {names.Count} classes, '{names[0]}' to '{names[^1]}', but the model has {classes}. If one is missing in between, every label after it is off by one; name class folders by their labels (0, 1, 2, …) to be sure.")))
        : null;

    private static Finding Notice(string path, Severity severity, DataNote note) =>
        new(note.Code, severity, new Location(ShownPath.Of(path), 0, 0), note.Message);

    private static ImmutableArray<int> Labelled(DataSource source, DataSection data)
    {
        var labels = data.Labels is null ? source.Labels : DataFormats.ReadLabels(data.Labels);
        if (labels is not { } known)
        {
            throw DataMistake.At("RG0315", source.Path,
                "it holds no labels, and data.labels is not set. Without the true classes nothing can be judged; name the labels file.");
        }

        return known.Length == source.Count
            ? known
            : throw DataMistake.At("RG0306", data.Labels ?? source.Path, FormattableString.Invariant(
                $"it holds {known.Length} labels for {source.Count} images. Give the labels that belong to {Path.GetFileName(source.Path)}."));
    }

    private static int Wanted(DataSource source, DataSection data)
    {
        var wanted = Math.Min(data.Samples ?? source.Count, data.Limit ?? int.MaxValue);
        if (source.Count == 0 || wanted <= 0)
        {
            throw DataMistake.NoSamples(source.Path, source.Count == 0
                ? "it holds no samples. A gate that evaluates nothing cannot pass; give it data."
                : "data.samples asks for no samples. A gate that evaluates nothing cannot pass.");
        }

        return wanted <= source.Count
            ? wanted
            : throw DataMistake.At("RG0311", source.Path, FormattableString.Invariant(
                $"data.samples asks for {wanted} samples but there are {source.Count}. Set data.samples to {source.Count} or fewer, or leave it out to use all."));
    }

    private static Bounds? MapTo(DataSource source, DataSection data, InputSection input)
    {
        if (source.Type.Kind != ElementKind.UInt8 || data.Scale == DataScale.None)
        {
            return null;
        }

        if (!input.FeatureBounds.IsEmpty)
        {
            throw DataMistake.At("RG0314", source.Path,
                "its pixels are 8-bit and would be mapped from 0..255 to one interval, but model.input.bounds has one for each feature. Write one pair [low, high], or set data.scale: none to use 0..255 as they are.");
        }

        return input.Bounds ?? throw DataMistake.At("RG0314", source.Path,
            "its pixels are 8-bit and would be mapped from 0..255 to the model's bounds, but model.input.bounds is none. Give the bounds, or set data.scale: none to use 0..255 as they are.");
    }
}
