using System.Collections.Immutable;

namespace RobustnessGate.SelfTests;

/// <summary>Something broken on purpose, which the tool has to notice.</summary>
/// <param name="Name">What is broken, in words.</param>
/// <param name="Run">Breaks it, and says whether that was noticed. An exception counts as not noticed.</param>
internal sealed record SelfTestCase(string Name, Func<CancellationToken, SelfTestOutcome> Run)
{
    /// <summary>Whether nothing is broken here, and that has to be seen: what fails everything would catch every mutant.</summary>
    public bool IsControl { get; init; }
}

/// <param name="Caught">Whether the mutant was noticed for the right reason.</param>
/// <param name="Detail">By what, or what happened instead.</param>
internal sealed record SelfTestOutcome(bool Caught, string Detail);

/// <summary>One case with its outcome.</summary>
internal sealed record SelfTestResult(string Name, bool Caught, string Detail, bool IsControl);

/// <summary>The tool tested by mutation: a gate that lets a mutant pass is worth nothing, however green it looks.</summary>
internal static class SelfTest
{
    /// <summary>Every case: the gate's mutants, then the canaries of the attacks.</summary>
    public static ImmutableArray<SelfTestCase> Cases { get; } = [.. GateMutants.All, .. CanaryCases.All];

    /// <param name="report">Sees each result as soon as it is known.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ImmutableArray<SelfTestResult> Run(
        IEnumerable<SelfTestCase> cases, Action<SelfTestResult> report, CancellationToken cancel)
    {
        var results = ImmutableArray.CreateBuilder<SelfTestResult>();
        foreach (var test in cases)
        {
            cancel.ThrowIfCancellationRequested();
            var outcome = Guarded(test, cancel);
            var result = new SelfTestResult(test.Name, outcome.Caught, outcome.Detail, test.IsControl);
            results.Add(result);
            report(result);
        }

        return results.ToImmutable();
    }

    /// <summary>Whatever goes wrong while a mutant is tried, the mutant was not caught by it.</summary>
    private static SelfTestOutcome Guarded(SelfTestCase test, CancellationToken cancel)
    {
        try
        {
            return test.Run(cancel);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new(false, $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }
}
