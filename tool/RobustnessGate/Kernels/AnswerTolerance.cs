namespace RobustnessGate.Kernels;

/// <summary>What passes for rounding between float32 and float64.</summary>
internal static class AnswerTolerance
{
    /// <summary>Of logits, as a share of their magnitude. Float32 was seen to differ by 1e-5 in deep networks.</summary>
    public const double Logits = 1e-3;

    /// <summary>Of a gradient, as a share of its ℓ1 norm.</summary>
    public const double Gradient = 1e-3;

    /// <summary>
    /// A gradient that changes the logits by less than this share of their magnitude over the whole range of the input is
    /// itself made of rounding: that of a saturated network.
    /// </summary>
    public const double Flat = 1.0 / 4096;

    /// <summary>How many times the changes within its neighbourhood an answer may be off: see <see cref="ReferenceAnswers"/>.</summary>
    public const double Kinks = 8;
}
