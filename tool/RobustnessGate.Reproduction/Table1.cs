using RobustnessGate.Training;

namespace RobustnessGate.Reproduction;

/// <summary>Table 1 of Yu et al. 2018: MNIST.</summary>
internal static class Table1
{
    public static readonly PaperTable Description = new(
        "mnist", new MnistData(), Architecture.Mnist, new TrainingRecipe(BatchSize: 64, LearningRate: 2e-3), Units: 1, [0.1, 0.2, 0.3],
        AttackStep: 0.1, MnistRow.All,
        "Network: convolutions 16 and 32 (5×5, unpadded) with 2×2 maximum pooling, fully connected 100; 65,558 parameters. The paper says \"two convolutional layers and two fully connected layers\" without widths; these are ours. Adam, peak rate 0.002, half-cosine, batches of 64.");
}
