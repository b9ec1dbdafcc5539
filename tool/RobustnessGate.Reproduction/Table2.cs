using RobustnessGate.Training;

namespace RobustnessGate.Reproduction;

/// <summary>Table 2 of Yu et al. 2018: CIFAR-10.</summary>
internal static class Table2
{
    public static readonly PaperTable Description = new(
        "cifar10", new CifarData(), Architecture.Cifar,
        new TrainingRecipe(BatchSize: 128, LearningRate: 2e-3, new Augmentation(Shift: 4, Mirror: true), CheckpointSteps: 50),
        Units: 255, [3, 6, 9], AttackStep: 1, CifarRow.All,
        """
        Data: CIFAR-10 whose images were re-encoded as JPEG, so that figures are not those of the original pixels to the last digit. The first 1,000 test images are the first 100 of each class.

        Network: convolutions 48, 96, 96, 192 and 10 (3×3, padded; the second and the fourth with stride 2), ReLU between them, global average pooling of the last one's ten channels; 309,322 parameters. The paper says "a regular ConvNet with five convolutional layers and one global average pooling layer" without widths or strides; these are ours, as wide as one processor core trains six times in a night. Adam, peak rate 0.002, half-cosine, batches of 128; images shifted by up to 4 pixels and mirrored, of which the paper says nothing. The paper trains about 30 epochs (Natural), 100 (Ours) and over 400 (MinMax); every row here starts from the same random weights. AdvTrain follows examples that were crafted once from the natural network, which alone explains the paper's figures, and Ours+AdvTrain fresh ones at every step. MinMax: 7 steps within 8/255 of a random start.
        """);
}
