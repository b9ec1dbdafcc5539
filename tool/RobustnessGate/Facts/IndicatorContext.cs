using System.Collections.Immutable;

namespace RobustnessGate.Facts;

/// <summary>What an indicator was measured with and on, and data for pictures.</summary>
/// <param name="Protocol">Comparable as text: values of other protocols are other quantities.</param>
/// <param name="Epsilon">Of finite-scale quantities in ℓ∞, in raw input units.</param>
/// <param name="EpsilonL2">Of Eq. 9 in ℓ2.</param>
/// <param name="Jitter">Jittered points of each sample.</param>
/// <param name="Kind">The kind of network, in words.</param>
/// <param name="RankCap">min(K−1, d): more the rank of a piecewise-linear network's ∇²CE cannot be.</param>
/// <param name="Distributions">Over the rightly classified samples: of |J_i|, and of the eigenvalues of ∇²CE.</param>
/// <param name="Images">J at the first samples.</param>
public sealed record IndicatorContext(
    string Protocol, double Epsilon, double EpsilonL2, int Jitter, string Kind, int RankCap,
    ImmutableArray<Distribution> Distributions, ImmutableArray<JacobianImage> Images);

/// <summary>Magnitudes by powers of ten (Yu et al. 2018, Fig. 8).</summary>
/// <param name="From">log10 of the least value of the first bin.</param>
/// <param name="Step">Width of a bin in decades.</param>
/// <param name="Zeros">Values of zero, or below the first bin.</param>
/// <param name="Counts">The last bin holds everything above, too.</param>
public sealed record Distribution(string Name, double From, double Step, int Zeros, ImmutableArray<int> Counts);

/// <summary>∂L/∂x of one sample as the paper shows it (Figs. 8, 10 and 15): least to greatest entry as 0 to 255.</summary>
/// <param name="Sample">Its number in the data file.</param>
/// <param name="Shape">Of one input.</param>
/// <param name="Low">The entry shown as 0.</param>
/// <param name="High">The entry shown as 255.</param>
public sealed record JacobianImage(int Sample, ImmutableArray<int> Shape, double Low, double High, ImmutableArray<byte> Pixels);
