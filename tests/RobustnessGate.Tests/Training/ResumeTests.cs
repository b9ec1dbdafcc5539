using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Training;

namespace RobustnessGate.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    internal static readonly Architecture Small = new(
        [1, 6, 6],
        [
            new Layer.Conv(4, 3), new Layer.BatchNorm(), new Layer.Relu(), new Layer.MaxPool(2),
            new Layer.Flatten(), new Layer.Linear(3),
        ]);

    internal static readonly TrainingOptions Options = new(
        Epochs: 4, BatchSize: 16, LearningRate: 0.02, new Optimizer.Adam(), new Schedule.Cosine(), new Bounds(0, 1), Seed: 9);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("resume");

    private string File => Path.Combine(_folder.FullName, "training.checkpoint");

    public void Dispose() => _folder.Delete(recursive: true);

    public static IEnumerable<object[]> Regimes => new TheoryData<Regime>(new Jacobian(), new MinMax(0.1), new Adversarial(Craft.Once, 0.1));

    [Theory]
    [MemberData(nameof(Regimes))]
    internal void A_kill_at_any_step_and_a_resume_end_at_the_same_weights(Regime regime)
    {
        var uninterrupted = Train(regime, checkpoint: null, stopAtLoss: int.MaxValue);
        foreach (var step in new[] { 0, 5, 6, 13, 23 })
        {
            System.IO.File.Delete(File);
            Assert.Null(Train(regime, File, step));
            Assert.Equal(uninterrupted, Train(regime, File, int.MaxValue));
        }
    }

    /// <summary>Six steps an epoch, kept after every second: of a kill in the middle, at most one step is made again.</summary>
    [Theory]
    [MemberData(nameof(Regimes))]
    internal void A_kill_within_an_epoch_loses_no_more_than_the_steps_since_the_last_checkpoint(Regime regime)
    {
        var augmentation = new Augmentation(Shift: 1, Mirror: true);
        var uninterrupted = Train(regime, checkpoint: null, int.MaxValue, change: task => task with { Augmentation = augmentation });
        Assert.NotEqual(uninterrupted, Train(regime, checkpoint: null, int.MaxValue));
        foreach (var (step, left) in new[] { (3, 22), (5, 20), (9, 16), (23, 2) })
        {
            System.IO.File.Delete(File);
            Assert.Null(Train(regime, File, step, change: Often));
            Assert.Null(Train(regime, File, stopAtLoss: left - 1, change: Often));
            System.IO.File.Delete(File);
            Assert.Null(Train(regime, File, step, change: Often));
            Assert.Equal(uninterrupted, Train(regime, File, stopAtLoss: left, change: Often));
        }

        TrainingTask Often(TrainingTask task) => task with { Augmentation = augmentation, CheckpointSteps = 2 };
    }

    [Fact]
    public void An_early_stop_goes_back_to_the_best_weights_also_after_a_resume()
    {
        using var data = TrainerTests.Stripes();
        var validation = new Validation(data, new SignAscent(0.2, 0.05, 3, RandomStart: true), Patience: 2);
        var options = Options with { Epochs = 40, LearningRate = 0.3 };
        var scores = new List<Score>();
        using var network = new LayeredNetwork(Small, seed: 1);
        var task = new TrainingTask(network, data, new Natural(), options) { Validation = validation, CheckpointPath = File };
        var end = Trainer.Run(task, report => scores.Add(report.Score!), CancellationToken.None);

        Assert.True(scores.Count < 40);
        Assert.Equal(scores.Count, end.Epochs);
        Assert.Equal(scores.Max(score => score.Robust), scores[end.Kept - 1].Robust);
        Assert.Equal(scores.Max(score => score.Robust), Accuracy.Robust(network, data, validation.Search, options.Bounds, options.Seed));
        using var again = new LayeredNetwork(Small, seed: 1);
        Assert.Equal(end, Trainer.Run(task with { Network = again }, _ => Assert.Fail("it had finished"), CancellationToken.None));
        Assert.Equal(Numbers(network), Numbers(again));
    }

    [Fact]
    public void A_checkpoint_of_another_training_or_a_damaged_one_is_not_used()
    {
        var expected = Train(new Natural(), checkpoint: null, int.MaxValue);
        Train(new Jacobian(), File, int.MaxValue);
        Assert.Equal(expected, Train(new Natural(), File, int.MaxValue));
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes[^20] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.Equal(expected, Train(new Natural(), File, int.MaxValue));
        System.IO.File.WriteAllBytes(File, bytes[..40]);
        Assert.Equal(expected, Train(new Natural(), File, int.MaxValue));
    }

    [Fact]
    public void What_is_found_of_an_earlier_run_is_said()
    {
        var said = new List<string>();
        Train(new Jacobian(), File, 13, said.Add);
        Assert.Empty(said);
        Train(new Jacobian(), File, int.MaxValue, said.Add);
        Train(new Jacobian(), File, int.MaxValue, said.Add);
        Train(new MinMax(0.1), File, int.MaxValue, said.Add);
        System.IO.File.WriteAllText(File, "no checkpoint");
        Train(new MinMax(0.1), File, int.MaxValue, said.Add);
        Assert.Equal(
            [
                "the training goes on after epoch 2 of 4, from training.checkpoint",
                "training.checkpoint holds this training, finished after epoch 4 of 4: nothing is left to train",
                "training.checkpoint is of no use here (other regime): the training starts afresh and replaces it",
                "training.checkpoint is of no use here (damaged, or no checkpoint): the training starts afresh and replaces it",
            ],
            said);
    }

    /// <summary>Null where the training was stopped before this loss was computed.</summary>
    private static float[]? Train(Regime regime, string? checkpoint, int stopAtLoss, Action<string>? say = null, Func<TrainingTask, TrainingTask>? change = null)
    {
        using var data = TrainerTests.Stripes();
        using var network = new LayeredNetwork(Small, seed: 1);
        using var source = new LayeredNetwork(Small, seed: 1);
        using var kill = new CancellationTokenSource();
        var task = new TrainingTask(network, data, new Counting(regime, stopAtLoss, kill), Options)
        {
            CheckpointPath = checkpoint, Source = source, Found = found => say?.Invoke(found.Sentence),
        };
        try
        {
            Trainer.Run(change?.Invoke(task) ?? task, _ => { }, kill.Token);
            return Numbers(network);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static float[] Numbers(LayeredNetwork network) =>
        [.. network.State().SelectMany(part => part.Value.data<float>().ToArray())];

    /// <summary>A regime that ends its training at a certain loss.</summary>
    private sealed record Counting(Regime Regime, int StopAt, CancellationTokenSource Kill) : Regime
    {
        private int _losses;

        public override string Name => Regime.Name;

        public override SignAscent? CraftOnce() => Regime.CraftOnce();

        public override StepLoss Loss(TrainingStep step)
        {
            if (_losses++ == StopAt)
            {
                Kill.Cancel();
                throw new OperationCanceledException();
            }

            return Regime.Loss(step);
        }

        public override string ToString() => Regime.ToString();
    }
}
