using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Hardening;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Training;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Training;

/// <summary>A training goes on only from a checkpoint of the same training.</summary>
public sealed class TrainingIdentityTests
{
    private static readonly ModelSection Digits = new(
        Path.Combine(TestData.Root, "templates", "quick-start", "natural.onnx"), null, new([1, 8, 8], new Bounds(0, 1), [0.5], [0.25]));

    public static TheoryData<string> Changes => new("mean", "std", "scale", "order", "layout", "gradients");

    [Theory]
    [MemberData(nameof(Changes))]
    public void Other_preprocessing_is_another_training(string what)
    {
        var input = Digits.Input;
        var changed = what switch
        {
            "mean" => Digits with { Input = input with { Mean = [0.4] } },
            "std" => Digits with { Input = input with { Std = [0.2] } },
            "scale" => Digits with { Input = input with { Scale = 2 } },
            "order" => Digits with { Input = input with { ChannelOrder = ChannelOrder.Bgr } },
            "layout" => Digits with { Input = input with { Layout = ChannelLayout.ChannelsLast } },
            _ => Digits with { Gradients = GradientMode.StraightThrough },
        };

        Assert.Equal(Of(Digits), Of(Digits));
        Assert.Equal("other preprocessing or gradient mode", TrainingIdentity.Differences(Of(Digits), Of(changed)));
    }

    [Fact]
    public void Other_held_out_samples_are_another_training() =>
        Assert.Equal("other held-out samples", TrainingIdentity.Differences(Of(Digits, heldOut: 1), Of(Digits, heldOut: 2)));

    [Fact]
    public void Another_file_or_place_is_another_training()
    {
        using var model = new TrainableModel(Digits, CPU);
        var origin = model.Origin!;

        Assert.Equal(64, origin.File.Length);
        Assert.Equal($"CPU -1; {get_num_threads()} threads", origin.Place);
        Assert.Equal("other model file", TrainingIdentity.Differences("a|b|c|d|e|f|g|h|i", "a|b|c|d|e|F|g|h|i"));
        Assert.Equal("other device or threads", TrainingIdentity.Differences("a|b|c|d|e|f|g|h|i", "a|b|c|d|e|f|g|H|i"));
    }

    /// <summary>Checkpoints of networks that never were a file stay good: this is the text of the first version.</summary>
    [Theory]
    [InlineData(".")]
    [InlineData(",")]
    public void The_identity_without_a_file_is_that_of_older_checkpoints_in_every_culture(string point)
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = point;
        CultureInfo.CurrentCulture = comma;
        try
        {
            using var data = TrainerTests.Stripes();
            using var network = new LayeredNetwork(ResumeTests.Small, seed: 1);
            var task = new TrainingTask(network, data, new Adversarial(Craft.Once, 0.1), ResumeTests.Options);

            Assert.Matches(
                """^Adversarial \{ Name = adversarial, Craft = Once, Epsilon = 0\.1, Steps = 10, StepSize =  \}\|TrainingOptions \{ Epochs = 4, BatchSize = 16, LearningRate = 0\.02, Optimizer = .*, Bounds = Bounds \{ Low = 0, High = 1, Range = 1 \}, Seed = 9 \}\|\|\|[0-9a-f]{64}$""",
                TrainingIdentity.Of(task));
            Assert.EndsWith("|" + Hash([.. network.State(), ("labels", data.Labels), ("inputs", data.Inputs)]), TrainingIdentity.Of(task), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Judged samples come to the device in slices, and the figures are those of the whole set.</summary>
    [Fact]
    public void A_measurement_in_slices_is_that_of_the_whole()
    {
        using var network = new SmoothNetwork(1);
        using var data = SmoothNetwork.Samples(2 * Accuracy.BatchSize + 7, 2);
        var search = new SignAscent(0.05, 0.02, 2, RandomStart: true);
        using var draws = Accuracy.Draws(3);
        var sum = 0;
        for (var start = 0; start < data.Count; start += Accuracy.BatchSize)
        {
            using var slice = data.Slice(start, Math.Min(Accuracy.BatchSize, data.Count - start));
            sum += Accuracy.Robust(network, slice, search, null, draws);
        }

        Assert.Equal(Accuracy.Robust(network, data, search, null, 3), sum);
        Assert.InRange(sum, 1, data.Count - 1);
    }

    [Fact]
    public void A_checkpoint_of_a_file_without_its_parts_is_of_another_version() =>
        Assert.Equal("written by another version", TrainingIdentity.Differences("a|b|c|d|e", Of(Digits)));

    private static string Hash(IEnumerable<(string Name, Tensor Value)> tensors) => Convert.ToHexStringLower(SHA256.HashData(
        tensors.SelectMany(part => Encoding.UTF8.GetBytes($"{part.Name} {string.Join('x', part.Value.shape)};").Concat(part.Value.detach().bytes.ToArray())).ToArray()));

    private static string Of(ModelSection section, float heldOut = 0)
    {
        using var scope = NewDisposeScope();
        using var model = new TrainableModel(section, CPU);
        using var data = new TrainingSet(zeros([2, 1, 8, 8]), zeros([2], ScalarType.Int64));
        using var held = new TrainingSet(full([1, 1, 8, 8], heldOut), zeros([1], ScalarType.Int64));
        return TrainingIdentity.Of(new(model, data, new Natural(), ResumeTests.Options)
        {
            Validation = new(held, new SignAscent(0.1, 0.02, 3, RandomStart: true), Patience: 2),
        });
    }
}
