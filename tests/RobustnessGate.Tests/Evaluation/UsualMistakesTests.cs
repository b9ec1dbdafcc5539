using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Tests.Models;
using RobustnessGate.Tests.Samples;
using RobustnessGate.UseCases;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>
/// Each usual mistake, made for real: a network that knows its data, fed wrongly. The network answers with the nearest of
/// its classes' colour images, so that it knows all samples when it is fed rightly.
/// </summary>
public sealed class UsualMistakesTests : IDisposable
{
    private const int Classes = 7;
    private const int Samples = 84;
    private static readonly int[] Shape = [3, 6, 6];
    private static readonly int Size = 3 * 6 * 6;

    private readonly ModelFolder _models = new();
    private readonly DataFolder _data = new();

    [Fact]
    public void A_network_that_is_fed_rightly_has_nothing_to_answer_for()
    {
        var inspection = Look();

        Assert.Equal(new NaturalOverview(Samples, Samples), inspection.Overview.Natural);
        Assert.Empty(inspection.Findings);
    }

    [Fact]
    public void Labels_that_begin_at_one() => Expect("RG0351", "labels − 1 it would be 100.0 %", Look(labels: label => label + 1, classes: Classes - 1));

    [Fact]
    public void Labels_without_the_background_class() => Expect("RG0351", "labels + 1 it would be 100.0 %", Look(labels: label => label - 1, firstClass: 1));

    [Fact]
    public void Labels_beyond_the_last_class_are_an_error_that_says_so()
    {
        var inspection = Look(labels: label => label + 1);

        var finding = Assert.Single(inspection.Findings, finding => finding.Severity == Severity.Error);
        Assert.Equal("RG0308", finding.Code);
        Assert.Contains("shifted by one", finding.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.InvalidInput, inspection.ExitCode);
        Assert.Null(inspection.Overview.Natural);
    }

    [Fact]
    public void Classes_in_another_order() => Expect("RG0434", "1 → 3", Look(labels: label => label * 5 % Classes));

    [Fact]
    public void Pixels_of_another_scale() => Expect("RG0427", "Write scale: 255", Look(network: Nearest(scale: 1 / 255f)));

    [Fact]
    public void Bounds_of_another_scale() => Expect("RG0427", "Write scale: 1/255", Look(bounds: new(0, 255), values: value => value * 255));

    [Fact]
    public void Pixels_from0_to255_against_bounds_of_one_are_an_error()
    {
        var inspection = Look(values: value => value * 255);

        Assert.Equal(("RG0307", Severity.Error), Code(Assert.Single(inspection.Findings)));
        Assert.Equal(ExitCode.InvalidInput, inspection.ExitCode);
        Assert.Equal(Classes, inspection.Overview.Model.Classes);
    }

    [Fact]
    public void Normalisation_given_twice() => Expect(
        "RG0428", "mean and std left out it would be 100.0 %", Look(network: Nearest(Cifar), input: input => Normalised(input, Cifar)));

    [Fact]
    public void Normalisation_given_once_in_the_policy_is_right() => Assert.Empty(Look(network: Nearest(Cifar, inside: false), input: input => Normalised(input, Cifar)).Findings);

    [Fact]
    public void Normalisation_missing() => Expect("RG0429", "tried here: mean: [0.4", Look(network: Nearest(Cifar, inside: false)));

    [Fact]
    public void Channels_swapped() => Expect("RG0430", "channel-order: bgr", Look(arrange: image => image.flip(0)));

    [Fact]
    public void Channels_swapped_back_by_the_policy() => Assert.Empty(
        Look(arrange: image => image.flip(0), input: input => input with { ChannelOrder = ChannelOrder.Bgr }).Findings);

    [Fact]
    public void A_network_for_channels_last() => Expect(
        "RG0431", "shape: [6, 6, 3] and layout: channels-last", Look(network: Nearest(arrange: image => image.permute(1, 2, 0))));

    [Fact]
    public void Flat_data_with_channels_last() => Expect("RG0431", "shape [N, 6, 6, 3]", Look(arrange: image => image.permute(1, 2, 0)));

    [Fact]
    public void Images_transposed() => Expect("RG0432", "EMNIST", Look(arrange: image => image.transpose(1, 2)));

    [Fact]
    public void Images_inverted() => Expect("RG0433", "bright and dark swapped", Look(arrange: image => 1 - image));

    [Fact]
    public void Data_of_something_else() => Expect("RG0426", "None of the usual mistakes", Look(arrange: _ => Image("something else", 1)));

    [Theory]
    [InlineData(0.03, true)]
    [InlineData(8, false)]
    public void Bounds_of255_for_a_network_that_does_not_care_about_scale(double epsilon, bool told)
    {
        using var scope = NewDisposeScope();
        var images = stack(Enumerable.Range(0, Classes).Select(label => Own(label) + 0.1)).reshape(Classes, Size);
        var directions = images / images.square().sum(1).sqrt().unsqueeze(1);
        var network = new Graphs(13, [-1, 3, 6, 6], -1, Classes).Initialiser("w", directions.t().contiguous())
            .Node("Flatten", "x", "flat").Node("MatMul", "flat,w", "y").Bytes();

        var inspection = Look(network, new(0, 255), value => value * 255, epsilon: epsilon);

        Assert.Equal(new NaturalOverview(Samples, Samples), inspection.Overview.Natural);
        string[] expected = told ? ["RG0427"] : [];
        Assert.Equal(expected, inspection.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void A_remedy_that_reaches_chance_alone_is_not_offered() =>
        Expect("RG0426", "is 0.0 %", Look(network: Constant(first: 5), labels: label => label + 1, classes: Classes - 1));

    [Fact]
    public void Ties_are_wrong() => Expect("RG0426", "is 0.0 %", Look(network: Constant(first: 0)));

    [Fact]
    public void Flat_images_may_be_transposed_too()
    {
        using var scope = NewDisposeScope();
        var remedy = Remedies.For(DataFolder.Input(64)).Single(found => found.Code == "RG0432");

        Assert.Equal([0f, 8, 16], remedy.Change(arange(64, ScalarType.Float32).reshape(1, 64)).contiguous().data<float>().Take(3).ToArray());
    }

    /// <summary>The same logits for every input: zero, but for class 0.</summary>
    private static byte[] Constant(float first)
    {
        using var scope = NewDisposeScope();
        var bias = zeros(Classes);
        bias[0] = first;
        return new Graphs(13, [-1, 3, 6, 6], -1, Classes).Initialiser("w", zeros(Size, Classes)).Initialiser("b", bias)
            .Node("Flatten", "x", "flat").Node("MatMul", "flat,w", "product").Node("Add", "product,b", "y").Bytes();
    }

    /// <summary>Mean and std that are widely used for colour images.</summary>
    private static readonly (double[] Mean, double[] Std) Cifar = ([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]);

    private static InputSection Normalised(InputSection input, (double[] Mean, double[] Std) by) =>
        input with { Mean = [.. by.Mean], Std = [.. by.Std] };

    public void Dispose()
    {
        _models.Dispose();
        _data.Dispose();
    }

    private static void Expect(string code, string words, Inspection inspection)
    {
        var finding = Assert.Single(inspection.Findings, finding => finding.Severity == Severity.Warning && finding.Message.StartsWith("natural accuracy is ", StringComparison.Ordinal));
        Assert.Equal(code, finding.Code);
        Assert.Contains(words, finding.Message, StringComparison.Ordinal);

        // Said, not done: what was measured is what the policy says.
        Assert.InRange(inspection.Overview.Natural!.Correct, 0, 0.9 * Samples);
        Assert.Equal(ExitCode.Passed, inspection.ExitCode);
    }

    private static (string, Severity) Code(Finding finding) => (finding.Code, finding.Severity);

    /// <summary>Inspects a network with noisy copies of its classes' images.</summary>
    private Inspection Look(
        byte[]? network = null, Bounds? bounds = null, Func<float, float>? values = null, Func<Tensor, Tensor>? arrange = null,
        Func<int, int>? labels = null, Func<InputSection, InputSection>? input = null, int firstClass = 0, int classes = Classes,
        double? epsilon = null)
    {
        using var scope = NewDisposeScope();
        var images = new List<float>();
        var given = new List<int>();
        for (var i = 0; i < Samples; i++)
        {
            var label = firstClass + (i % (classes - firstClass));
            var clean = Own(label) + (Image(FormattableString.Invariant($"noise {i}"), 0.2) - 0.1) + 0.1;
            images.AddRange((arrange?.Invoke(clean) ?? clean).contiguous().data<float>().Select(value => values?.Invoke(value) ?? value));
            given.Add(labels?.Invoke(label) ?? label);
        }

        var path = _models.Write("m.onnx", network ?? Nearest());
        var section = new InputSection([.. Shape], bounds ?? new Bounds(0, 1), [], []);
        var inspection = Inspect.Run(
            new InspectRequest(
                new ModelSection(path, null, input?.Invoke(section) ?? section),
                DataFolder.Section(_data.Floats("x.npy", [Samples, Size], [.. images]), _data.Labels("y.idx", [.. given.Select(label => (byte)label)])),
                0, _ => null) { LargestEpsilon = epsilon },
            CancellationToken.None);
        // What the processor at hand adds is no matter of the data.
        return inspection with { Findings = [.. inspection.Findings.Where(finding => finding.Code != "RG0913")] };
    }

    /// <summary>
    /// Logits 2·x·t − ‖t‖² over what the network wants to be fed: the image t of the nearest class wins. With a mean and a
    /// std the images are normalised, by the network itself if inside.
    /// </summary>
    private static byte[] Nearest((double[] Mean, double[] Std)? by = null, bool inside = true, float scale = 1, Func<Tensor, Tensor>? arrange = null)
    {
        using var scope = NewDisposeScope();
        var images = stack(Enumerable.Range(0, Classes).Select(label => Own(label) + 0.1));
        var (mean, std) = by is { } norm ? (PerChannel(norm.Mean), PerChannel(norm.Std)) : (zeros(3, 1, 1), ones(3, 1, 1));
        var wanted = (images - mean) / std;
        var weights = stack(Enumerable.Range(0, Classes).Select(label => arrange?.Invoke(wanted[label]) ?? wanted[label])).reshape(Classes, Size);
        var bias = -wanted.square().sum([1, 2, 3]);
        var graph = new Graphs(13, [-1, 3, 6, 6], -1, Classes);
        var fed = "x";
        if (by is not null && inside)
        {
            graph.Initialiser("mean", mean).Initialiser("std", std).Node("Sub", "x,mean", "centred").Node("Div", "centred,std", "normal");
            fed = "normal";
        }

        return graph.Initialiser("w", 2 * scale * weights.t().contiguous()).Initialiser("b", bias)
            .Node("Flatten", fed, "flat").Node("MatMul", "flat,w", "product").Node("Add", "product,b", "y").Bytes();
    }

    private static Tensor PerChannel(double[] values) => tensor([.. values.Select(value => (float)value)], [3, 1, 1]);

    /// <summary>A class's own image. Classes differ in brightness, so that the scale of inputs matters.</summary>
    private static Tensor Own(int label) => Image(FormattableString.Invariant($"class {label}"), 0.2 + (0.1 * label));

    /// <summary>(3, 6, 6) uniform noise from 0 to a height, the same for the same name.</summary>
    private static Tensor Image(string name, double height)
    {
        var random = CounterRandom.For(5, name);
        var values = new float[Size];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)(height * random.NextSingle());
        }

        return tensor(values, [3, 6, 6]);
    }
}
