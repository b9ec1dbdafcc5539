using RobustnessGate.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Documentation;

/// <summary>The README's example is compiled and run here, and the README shows these very lines.</summary>
public class LibraryExampleTests
{
    private const int Classes = 3;

    [Fact]
    public void The_readme_shows_what_is_run_here()
    {
        using var scope = NewDisposeScope();
        var model = nn.Sequential(nn.Flatten(), nn.Linear(16, Classes));
        var images = tensor(Evaluation.Networks.Uniform("example", 20 * 16)).reshape(20, 1, 4, 4);
        var labels = model.call(images).argmax(1);
        var written = new StringWriter();

        Example(model, images, labels, written);

        Assert.Matches(@"^\d+ of 20 images withstand; \d+ remarks\s*$", written.ToString());
        var lines = File.ReadAllLines(Path.Combine(TestData.Root, "tests/RobustnessGate.Tests/Documentation/LibraryExampleTests.cs"))
            .SkipWhile(line => line.Trim() != "// From the README").Skip(1)
            .TakeWhile(line => !line.Contains('}', StringComparison.Ordinal) || line.Contains('$', StringComparison.Ordinal)).Select(line => line.Trim()).ToArray();
        Assert.Equal(3, lines.Length);
        Assert.Contains(
            $"```csharp\n{string.Join('\n', lines)}\n```", File.ReadAllText(Path.Combine(TestData.Root, "README.md")), StringComparison.Ordinal);
    }

    private static void Example(nn.Module<Tensor, Tensor> model, Tensor images, Tensor labels, TextWriter Console)
    {
        // From the README
        var measured = Robustness.Evaluate(model, images, labels, new AutoAttack(), epsilon: 0.1);
        var robust = measured.Attacks[0].Bits;
        Console.WriteLine($"{robust.Ones} of {robust.Count} images withstand; {measured.Findings.Length} remarks");
    }
}
