using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Values against ONNX Runtime, derivatives of first and second order against differences, in both types.</summary>
public class OperatorTests
{
    /// <summary>Domains and operators whose values have an oracle elsewhere or that let no gradient through.</summary>
    private static readonly string[] NotCovered = ["ai.onnx.ml", "ai.onnx.preview.training"];

    public static TheoryData<string> Names => [.. OperatorCases.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_those_of_onnx_runtime(string name)
    {
        using var scope = NewDisposeScope();
        var one = Case(name);
        var (run, program) = one.Open();
        using var owned = program;
        var x = one.X();

        var narrow = run(x);
        var wide = run(x.to(ScalarType.Float64));

        Assert.Equal(ScalarType.Float32, narrow.dtype);
        Assert.Equal(ScalarType.Float64, wide.dtype);
        AssertClose(Numbers.Doubles(wide), Numbers.Doubles(narrow), 1e-4);
        if (one.Oracle)
        {
            AssertClose([.. Ort.Run(one.Graph().Bytes(), x).Select(value => (double)value)], Numbers.Doubles(narrow), 2e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_derivatives_are_central_differences(string name)
    {
        using var scope = NewDisposeScope();
        var one = Case(name);
        var (run, program) = one.Open();
        using var owned = program;
        var x = one.X();
        var f = Projected(run, x);

        Assert.InRange(Numbers.GradientError(f, x, step: 1e-6), 0, 1e-6);
        AssertClose(Numbers.Doubles(Numbers.Gradient(f, x.to(ScalarType.Float64))), Numbers.Doubles(Numbers.Gradient(f, x)), 1e-3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Second_derivatives_are_differences_of_first(string name)
    {
        using var scope = NewDisposeScope();
        var one = Case(name);
        var (run, program) = one.Open();
        using var owned = program;
        var x = one.X();
        var f = Projected(run, x);
        var direction = Numbers.Tensor(x.shape, seed: 8);

        var exact = Numbers.Doubles(Numbers.HessianVector(f, x.to(ScalarType.Float64), direction.to(ScalarType.Float64)));

        const double Step = 1e-5;
        var offset = direction.to(ScalarType.Float64) * Step;
        var above = Numbers.Gradient(f, x.to(ScalarType.Float64) + offset);
        var below = Numbers.Gradient(f, x.to(ScalarType.Float64) - offset);
        AssertClose(Numbers.Doubles((above - below) / (2 * Step)), exact, 1e-6);
        AssertClose(exact, Numbers.Doubles(Numbers.HessianVector(f, x, direction)), 1e-2);
    }

    [Fact]
    public void Every_differentiable_operator_is_among_the_cases()
    {
        var covered = OperatorCases.All.SelectMany(one => one.Operators).ToHashSet(StringComparer.Ordinal);
        var missing = OperatorTable.All
            .Where(entry => !NotCovered.Contains(entry.Domain) && !entry.ShapeOnly)
            .Where(entry => !entry.ZeroGradient(Bare(entry)) && entry.Name is not ("Constant" or "Range"))
            .Select(entry => entry.Name)
            .Distinct()
            .Except(covered);

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_operator_of_the_table_has_a_case()
    {
        var covered = OperatorCases.All.Concat(StepOperatorTests.Cases).SelectMany(one => one.Operators).ToHashSet(StringComparer.Ordinal);
        var missing = OperatorTable.All.Where(entry => entry.Domain.Length == 0).Select(entry => entry.Name).Distinct().Except(covered);

        Assert.Equal(["Constant"], missing);
    }

    [Fact]
    public void Every_version_of_an_operator_from_opset18_on_has_a_case_there()
    {
        var covered = OperatorCases.All.Concat(StepOperatorTests.Cases)
            .SelectMany(one => one.Operators.Select(op => OperatorTable.Find("", op, one.Opset)))
            .ToHashSet();
        var missing = OperatorTable.All.Where(entry => entry is { Since: >= 18, Domain: "" } && !covered.Contains(entry)).Select(entry => $"{entry.Name} {entry.Since}");

        Assert.Empty(missing);
    }

    private static OperatorCase Case(string name) => OperatorCases.All.Single(one => one.Name == name);

    private static OnnxNode Bare(Operator entry) => new("", entry.Name, entry.Domain, entry.Since, entry, Attributes.None, [], []);

    /// <summary>The output as a scalar, by fixed random weights that are the same in both types.</summary>
    private static Func<Tensor, Tensor> Projected(Func<Tensor, Tensor> run, Tensor x)
    {
        var weights = Numbers.Tensor(run(x).shape, seed: 21);
        return input => (run(input) * weights.to(input.dtype)).sum();
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = Math.Max(1, expected.Length == 0 ? 1 : expected.Max(Math.Abs));
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - (tolerance * scale), pair.First + (tolerance * scale)));
    }
}
