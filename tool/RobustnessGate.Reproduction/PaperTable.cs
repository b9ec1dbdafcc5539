using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Training;

namespace RobustnessGate.Reproduction;

/// <summary>How every row's network is trained: Adam, the rate rising linearly and falling by half a cosine.</summary>
/// <param name="LearningRate">The peak.</param>
/// <param name="CheckpointSteps">After how many steps within an epoch the state is kept; null for after epochs only.</param>
internal sealed record TrainingRecipe(int BatchSize, double LearningRate, Augmentation? Augmentation = null, int? CheckpointSteps = null);

/// <summary>
/// A table of Yu et al. 2018: accuracy under FGSM, BIM and C&amp;W of one network trained in different ways. Beside it
/// stands a column that the paper lacks: the samples that withstand everything, counted sample by sample.
/// </summary>
/// <param name="Folder">Name of the folder of its networks.</param>
/// <param name="Units">In how many steps the paper counts the pixel range: 1, or 255 for radii like "3".</param>
/// <param name="Radii">In these units, ascending.</param>
/// <param name="AttackStep">Step of the iterative attacks, in these units.</param>
/// <param name="Rows">The first is the natural network, which examples crafted once are crafted from.</param>
/// <param name="Setup">In words: the data, the network and how it is trained, and where that is not the paper's.</param>
internal sealed record PaperTable(
    string Folder, PaperData Data, Architecture Architecture, TrainingRecipe Recipe, double Units, ImmutableArray<double> Radii,
    double AttackStep, ImmutableArray<PaperRow> Rows, string Setup)
{
    /// <summary>Test images that get the strongest attacks.</summary>
    public const int WorstCaseImages = 1000;

    /// <summary>Of one measurement that is kept as a whole: a run that is stopped loses at most the part it was at.</summary>
    private const int WorstCasePart = 100;
    private const int PaperPart = 1000;

    public PaperRow Natural => Rows[0];

    /// <summary>Section 8.3: 10 iterations, no restarts; the last iterate alone is judged, as was usual.</summary>
    public CellMeasurement PaperAttacks(bool quick) => new("paper", quick ? 1000 : 10000, PaperPart,
    [
        Entry(new Fgsm(), Judge.Last), Entry(new Bim(10, AttackStep / Units), Judge.Last), Entry(new CwLinf(10, AttackStep / Units), Judge.Last),
    ]);

    /// <summary>AutoAttack in its standard version.</summary>
    public CellMeasurement StrongAttacks => new("worst-case", WorstCaseImages, WorstCasePart,
        [Entry(AttackCatalog.All.Single(attack => attack.Name == "autoattack"), Judge.Any)]);

    /// <summary>A radius in the input's own units.</summary>
    public double Raw(double radius) => radius / Units;

    private AttackEntry Entry(Attacks.Attack attack, Judge judge) => PaperMeasurement.Attack(attack, Norm.Linf, judge, [.. Radii.Select(Raw)]);

    /// <summary>Trains and measures what is missing, row by row.</summary>
    /// <param name="only">Keys of the rows to work on; empty for all.</param>
    public static void Run(PaperCells cells, IReadOnlyCollection<string> only)
    {
        foreach (var row in cells.Table.Rows.Where(row => only.Count == 0 || only.Contains(row.Key)).Select(cells.Scaled))
        {
            if (cells.Workshop.Trains)
            {
                cells.Train(row).Dispose();
            }

            if (cells.Workshop.Measures)
            {
                cells.Measure(row, cells.Table.PaperAttacks(cells.Workshop.Quick));
                cells.Measure(row, cells.Table.StrongAttacks);
            }
        }
    }
}
