using System.Globalization;

namespace RobustnessGate.SlowTests;

/// <summary>Entry of the child processes that some tests start. The test runner itself does not come here.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        ["onnx-conformance", var folder, var skip, var log] => ConformanceSuite.Run(folder, int.Parse(skip, CultureInfo.InvariantCulture), log),
        ["train", var folder, var count] => KillableTraining.Run(folder, int.Parse(count, CultureInfo.InvariantCulture)),
        ["load-images", var path, var log] => CifarJpegTests.Load(path, log),
        _ => 1,
    };
}
