using RobustnessGate.Training;

namespace RobustnessGate.Reproduction;

/// <summary>Table 2 of Yu et al. 2018: CIFAR-10.</summary>
public static class Table2
{
    public static readonly PaperTable Description = new(
        "cifar10", new CifarData(), Architecture.Cifar,
        new TrainingRecipe(BatchSize: 128, LearningRate: 2e-3, new Augmentation(Shift: 4, Mirror: true), CheckpointSteps: 50),
        Units: 255, [3, 6, 9], AttackStep: 1, CifarRow.All,
        "Data: CIFAR-10 re-encoded as JPEG.");
}
