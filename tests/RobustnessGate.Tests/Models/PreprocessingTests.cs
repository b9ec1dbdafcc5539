using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Tests.Evaluation;
using RobustnessGate.Tests.Samples;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class PreprocessingTests
{
    private static readonly FunctionNetwork Features = new(x => x.flatten(1) * 1);

    [Fact]
    public void Channels_are_turned_and_scaled_before_mean_and_std()
    {
        var input = new InputSection([3, 1, 2], new Bounds(0, 1), [1, 2, 3], [1, 10, 100])
        {
            ChannelOrder = ChannelOrder.Bgr, Scale = 255,
        };

        // Two pixels of red, green and blue; the network wants blue first.
        Assert.Equal(
            [255 - 1, 0 - 1, (51 - 2) / 10.0, (102 - 2) / 10.0, (0 - 3) / 100.0, (255 - 3) / 100.0],
            Fed(input, 0, 1, 0.2, 0.4, 1, 0));
    }

    [Fact]
    public void Channels_may_be_last()
    {
        var input = new InputSection([1, 2, 3], new Bounds(0, 1), [1, 2, 3], [1])
        {
            Layout = ChannelLayout.ChannelsLast, ChannelOrder = ChannelOrder.Bgr,
        };

        Assert.Equal([0.5 - 1, 0.25 - 2, 0 - 3, 1 - 1, 0 - 2, 0.75 - 3], Fed(input, 0, 0.25, 0.5, 0.75, 0, 1));
    }

    [Fact]
    public void Preprocessing_is_differentiable()
    {
        var input = new InputSection([3, 1, 1], new Bounds(0, 1), [], [2]) { ChannelOrder = ChannelOrder.Bgr, Scale = 4 };
        using var classifier = new Classifier(new FunctionNetwork(x => x.flatten(1) * tensor(new double[] { 1, 10, 100 })), input);
        using var scope = NewDisposeScope();
        var x = zeros(1, 3, 1, 1, dtype: ScalarType.Float64, requires_grad: true);

        var gradient = autograd.grad([classifier.Logits(x).sum()], [x])[0];

        Assert.Equal([200.0, 20, 2], gradient.data<double>().ToArray());
    }

    [Fact]
    public void The_box_of_a_sample_follows_the_bounds_of_each_feature()
    {
        var input = new InputSection([2], new Bounds(-1, 9), [], [])
        {
            FeatureBounds = [new Bounds(0, 1), new Bounds(-1, 9)],
        };
        var samples = SampleSet.FromMemory([0.5f, 8, 1, -1], [0, 1], input);
        using var scope = NewDisposeScope();

        var (low, high) = new SampleTensors(samples, input, CPU).Box([0, 1], region: false);

        Assert.Equal([0, -1, 0, -1], low.data<float>().ToArray());
        Assert.Equal([1, 9, 1, 9], high.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => SampleSet.FromMemory([8, 8], [0], input));
    }

    [Fact]
    public void A_feature_outside_its_own_bounds_is_named()
    {
        using var folder = new DataFolder();
        var input = new InputSection([2], new Bounds(-1, 9), [], [])
        {
            FeatureBounds = [new Bounds(0, 1), new Bounds(-1, 9)],
        };
        var labels = folder.Labels("y", 0, 1);
        var floats = DataFolder.Section(folder.Floats("x.npy", [2, 2], 0.5f, 8, 2, -1), labels);
        var bytes = DataFolder.Section(folder.Idx("x.idx", [2, 2], [1, 2, 3, 4]), labels);

        var outside = DataFolder.Mistake(() => SampleSet.Load(floats, input, 0));
        var unmapped = DataFolder.Mistake(() => SampleSet.Load(bytes, input, 0));

        Assert.Equal("RG0307", outside.Code);
        Assert.Contains("sample 1 holds 2 at feature 0, whose bounds are [0, 1]", outside.Message, StringComparison.Ordinal);
        Assert.Equal("RG0314", unmapped.Code);
        Assert.Contains("one for each feature", unmapped.Message, StringComparison.Ordinal);
    }

    private static double[] Fed(InputSection input, params double[] raw)
    {
        using var classifier = new Classifier(Features, input);
        using var scope = NewDisposeScope();
        var x = tensor(raw).reshape([1, .. input.Shape.Select(size => (long)size)]);
        return [.. classifier.Logits(x).data<double>().ToArray().Select(value => Math.Round(value, 12))];
    }
}
