using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Reproduction;

/// <summary>A data set of the paper as it lies on this machine.</summary>
/// <param name="Kind">What it is, as help texts name a path: DIR or ZIP.</param>
/// <param name="Description">What has to be there.</param>
/// <param name="Usual">The path that a command takes by default.</param>
/// <param name="Input">What a network of it takes.</param>
internal abstract record PaperData(string Kind, string Description, string Usual, InputSection Input)
{
    /// <summary>All training samples.</summary>
    public abstract DataSection Training(Workshop workshop);

    /// <summary>All test samples, in the order in which "the first" are counted.</summary>
    public abstract DataSection Test(Workshop workshop);
}

/// <summary>The four files of MNIST in a folder.</summary>
internal sealed record MnistData() : PaperData("DIR", "Folder with the four MNIST files.", "data/mnist", new InputSection([1, 28, 28], new Bounds(0, 1), [], []))
{
    public override DataSection Training(Workshop workshop) => Files(workshop, "train");

    public override DataSection Test(Workshop workshop) => Files(workshop, "t10k");

    private static DataSection Files(Workshop workshop, string part) => PaperMeasurement.Files(
        Path.Combine(workshop.Data, $"{part}-images-idx3-ubyte.gz"), Path.Combine(workshop.Data, $"{part}-labels-idx1-ubyte.gz"));
}
