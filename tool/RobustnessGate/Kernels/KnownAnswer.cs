using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>What of an operation is compared.</summary>
[Flags]
internal enum AnswerParts
{
    Output = 1,
    InputGradient = 2,
    WeightGradient = 4,

    /// <summary>Of the sum of the squared input gradients with respect to the weights, as penalties on gradients need it.</summary>
    SecondDerivative = 8,
    All = Output | InputGradient | WeightGradient | SecondDerivative,
}

/// <summary>An operation on fixed numbers whose answer is known from float64.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Shape">What messages say of its size.</param>
/// <param name="Weight">Shape of the second operand; null for none.</param>
/// <param name="Compute">Of input and weight, in their type.</param>
internal sealed record KnownAnswer(string Operation, string Shape, long[] Input, long[]? Weight, Func<Tensor, Tensor?, Tensor> Compute)
{
    /// <summary>
    /// Greatest difference that passes for rounding, as a share of the greatest magnitude of the answer. Float32 was seen
    /// to differ by 1e-6, products rounded to 10 bits (TF32) differ by 3e-4 and more, wrong kernels by 0.1 and more.
    /// </summary>
    private const double Tolerance = 1e-4;

    /// <summary>The same for gradients of weights, sums over all rows and places whose terms may cancel.</summary>
    private const double SumTolerance = 1e-2;

    /// <summary>Numbers of the blocks of memory that are filled before the operation takes memory.</summary>
    private static readonly long[] Blocks = [64, 512, 4096, 1 << 14, 1 << 16];

    /// <summary>Rows that stand for all where rows do not touch each other.</summary>
    private const int FewRows = 3;

    /// <summary>What the answer comes from in float64; null for <see cref="Compute"/> itself.</summary>
    public Func<Tensor, Tensor?, Tensor>? Reference { get; init; }

    public AnswerParts Parts { get; init; } = AnswerParts.Output | AnswerParts.InputGradient | AnswerParts.WeightGradient;

    /// <summary>Whether a row's answers depend on no other row, so that a few of them need the float64 answer. Not with gradients of weights.</summary>
    public bool IndependentRows { get; init; }

    /// <summary>What is wrong with it on a device, or null.</summary>
    public KernelFault? Fault(Device device)
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        var (x, w) = (Numbers(Input, 0.7, device), Weight is null ? null : Numbers(Weight, 1.1, device));
        var rows = IndependentRows && Input[0] > FewRows ? tensor(new[] { 0, Input[0] / 2, Input[0] - 1 }, device: device) : null;
        // Once to see how much memory it takes, and once with that memory filled.
        var clean = Answers(Compute, x, w);
        FillFreedMemory(device, clean.Sum(answer => answer.Answer.numel()));
        var found = clean.Concat(Answers(Compute, x, w)).Append((KernelFault.Output, Inferred(x, w)));
        var right = Answers(Reference ?? Compute, (rows is null ? x : x.index_select(0, rows)).to(ScalarType.Float64), w?.to(ScalarType.Float64));
        foreach (var (part, answer) in found)
        {
            var error = Error(rows is null ? answer : answer.index_select(0, rows), right.Single(other => other.Part == part).Answer);
            if (!(error <= (part is KernelFault.WeightGradient or KernelFault.SecondDerivative ? SumTolerance : Tolerance)))
            {
                return new(Operation, Shape, part, error);
            }
        }

        return null;
    }

    /// <summary>The output where no gradient is wanted, which some kernels compute in another way.</summary>
    private Tensor Inferred(Tensor x, Tensor? w)
    {
        using var frozen = no_grad();
        return Compute(x, w);
    }

    private List<(string Part, Tensor Answer)> Answers(Func<Tensor, Tensor?, Tensor> compute, Tensor input, Tensor? weight)
    {
        var (x, w) = (input.detach().requires_grad_(), weight?.detach().requires_grad_());
        var output = compute(x, w);
        var answers = new List<(string, Tensor)> { (KernelFault.Output, output.detach()) };
        // The same weights for a row wherever it stands, so that a few rows can be compared.
        var total = (output * Numbers([1, .. output.shape[1..]], 1.3, x.device).to(output.dtype)).sum();
        var differentiated = Parts.HasFlag(AnswerParts.SecondDerivative) && w is not null;
        Tensor[] operands = w is null || (Parts & (AnswerParts.WeightGradient | AnswerParts.SecondDerivative)) == 0 ? [x] : [x, w];
        var gradients = InputGradient.OfAll(total, operands, differentiated ? GraphUse.Differentiate : GraphUse.Free);
        answers.Add((KernelFault.InputGradient, gradients[0].detach()));
        if (operands.Length > 1)
        {
            answers.Add((KernelFault.WeightGradient, gradients[1].detach()));
        }

        if (differentiated)
        {
            answers.Add((KernelFault.SecondDerivative, InputGradient.Of(gradients[0].square().sum(), w!)));
        }

        return answers;
    }

    private static double Error(Tensor found, Tensor right) =>
        ((found.to(ScalarType.Float64) - right).abs().amax() / right.abs().amax().clamp_min(double.Epsilon)).item<double>();

    /// <summary>Numbers in (−1, 1) with full mantissas, the same every time; no random number is drawn.</summary>
    private static Tensor Numbers(long[] shape, double rate, Device device)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return arange(count, dtype: ScalarType.Float32, device: device).mul_(rate).add_(0.3).sin_().reshape(shape);
    }

    /// <summary>
    /// Leaves large numbers in memory that is free then. A kernel that reads what it never wrote may find zeros in fresh
    /// memory, and be right by luck.
    /// </summary>
    /// <param name="numbers">About how many the operation's answers have.</param>
    private static void FillFreedMemory(Device device, long numbers)
    {
        using var scope = NewDisposeScope();
        foreach (var block in Blocks.Append(numbers).Append(numbers * 4))
        {
            _ = (full(block, 1e4f, device: device), full(block, -1e4f, device: device));
        }
    }
}
