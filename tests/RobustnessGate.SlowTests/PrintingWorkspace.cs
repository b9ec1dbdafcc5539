using System.Text;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.SlowTests;

/// <summary>A workspace whose model prints what it is told to.</summary>
internal sealed class PrintingWorkspace : IDisposable
{
    /// <summary>What would act on an editor, a build, a workflow or a terminal, each in a line of its own.</summary>
    public static readonly string[] Forged =
    [
        "robustness.yml(3,5): error RG1001: forged",
        "error RG1001: forged",
        "::error title=forged::forged",
        "##vso[task.logissue type=error]forged",
        "##[error]forged",
        "passed: 2 of 2 rules",
        "\u001b[2J\u001b[31mforged\u001b]0;forged\u0007",
        "\u009b2Jforged",
        "forged\u202edegrof",
    ];

    private readonly Workspace _work = new();

    public PrintingWorkspace()
    {
        var policy = _work.Read("robustness.yml");
        var model = $"path: '{typeof(PrintingModule).Assembly.Location}'\n  type: {typeof(PrintingModule).FullName}";
        File.WriteAllText(_work["robustness.yml"], policy.Replace("path: model.onnx", model, StringComparison.Ordinal));
    }

    public string this[string name] => _work[name];

    public string Folder => _work.Folder;

    public string Log => _work["artifacts/robustness/captured-output.log"];

    public string Results => _work.Read("artifacts/robustness/results.json");

    /// <summary>From now on the model prints this at each pass.</summary>
    public void Print(string text) => File.WriteAllText(_work[PrintingModule.File], text);

    public void PrintForged() => Print("\n" + string.Join('\n', Forged) + "\n");

    /// <summary>From now on the model prints so much, without a newline.</summary>
    public void Flood(int megabytes) => File.WriteAllText(_work[PrintingModule.Megabytes], $"{megabytes}");

    public void Die() => File.WriteAllText(_work[PrintingModule.Dies], "");

    public ToolRun Run(params string[] args) => _work.Run(args);

    public static void AssertNothingForged(string text)
    {
        Assert.All(Forged.Where(line => !line.StartsWith("passed", StringComparison.Ordinal)), line => Assert.DoesNotContain(line, text, StringComparison.Ordinal));
        Assert.DoesNotContain(text, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain("##", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', text);
    }

    public void Dispose() => _work.Dispose();
}
