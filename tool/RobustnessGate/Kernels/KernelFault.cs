namespace RobustnessGate.Kernels;

/// <summary>An answer of the tensor library that is wrong on this machine.</summary>
/// <param name="Operation">Such as "conv2d", or "the model".</param>
/// <param name="Shape">Of what it was given, such as "64×3×10×10 with 8×3×3×3".</param>
/// <param name="Part">Which of its answers: <see cref="Output"/>, <see cref="InputGradient"/> …</param>
/// <param name="Error">Greatest difference to the right answer, as a share of its greatest magnitude; NaN where the answer is no number.</param>
internal sealed record KernelFault(string Operation, string Shape, string Part, double Error)
{
    public const string Output = "output";
    public const string InputGradient = "input gradient";
    public const string WeightGradient = "weight gradient";
    public const string SecondDerivative = "second derivative";

    /// <summary>What <see cref="Operation"/> is where a whole model is meant.</summary>
    public const string Model = "the model";

    /// <summary>Whether it is a model's, which may itself be to blame.</summary>
    public bool IsOfModel => Operation == Model;

    /// <summary>"conv2d: wrong input gradient". The same on every run; size and shape of the error may hang on what memory held.</summary>
    public string Kind => $"{Operation}: wrong {Part}";

    public override string ToString() => FormattableString.Invariant($"{Operation} of {Shape}: {Part} off by {Error:0.0e+0} of its magnitude");
}
