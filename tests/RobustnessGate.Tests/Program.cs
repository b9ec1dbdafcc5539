using System.Globalization;

namespace RobustnessGate.Tests;

/// <summary>
/// Entry of the child process that the tests start: a native abort ends the child, and the test can say what it was at.
/// The test runner itself does not come here.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        ["fuzz-models", var skip, var log] => Models.ModelFuzzer.Run(int.Parse(skip, CultureInfo.InvariantCulture), log),
        _ => 1,
    };
}
