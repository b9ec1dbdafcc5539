namespace RobustnessGate.Tests;

/// <summary>
/// Entry of the child processes that some tests start: a native abort ends the child, and the test can say what it was at.
/// The test runner itself does not come here.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        ["onnx-conformance", var folder, var skip, var log] => Models.ConformanceSuite.Run(folder, int.Parse(skip, System.Globalization.CultureInfo.InvariantCulture), log),
        ["fuzz-models", var skip, var log] => Models.ModelFuzzer.Run(int.Parse(skip, System.Globalization.CultureInfo.InvariantCulture), log),
        ["train", var folder, var count] => Training.KillableTraining.Run(folder, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)),
        ["load-images", var path, var log] => Samples.CifarJpegTests.Load(path, log),
        _ => 1,
    };
}
