using System.Collections.Immutable;
using RobustnessGate.Regimes;

namespace RobustnessGate.Reproduction;

/// <summary>One way of training a table's network: a row.</summary>
/// <param name="Key">Name of its files.</param>
/// <param name="Title">As the paper calls it.</param>
/// <param name="Paper">The paper's figures in percent: natural, then FGSM, BIM and C&amp;W, each at the table's radii; empty for none.</param>
internal sealed record PaperRow(string Key, string Title, Regime Regime, int Epochs, ImmutableArray<double> Paper)
{
    /// <summary>The same row with a fraction of the epochs, at least two.</summary>
    public PaperRow Quick() => this with { Epochs = Math.Max(2, Epochs / 8) };
}
