using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests.Models;

/// <summary>A folder of model files for one test.</summary>
internal sealed class ModelFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("robustness-gate-").FullName;

    public static string Fixture(string name) => Path.Combine(TestData.Root, "tests/RobustnessGate.Tests/Models/Fixtures", name);

    public static string Assembly => typeof(SmallModule).Assembly.Location;

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <param name="shape">Of one input.</param>
    public static ModelSection Section(string path, params int[] shape) => new(
        path, null, new InputSection([.. shape], new Bounds(0, 1), ImmutableArray<double>.Empty, ImmutableArray<double>.Empty));

    public static Finding Refusal(ModelSection section) =>
        Assert.Single(Assert.Throws<MistakeException>(() => ModelLoader.Load(section)).Findings);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
