using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

/// <summary>A good policy whose lines tests replace, and its reading.</summary>
internal static class PolicyText
{
    public static readonly string[] Good =
    [
        /* 01 */ "version: 1",
        /* 02 */ "seed: 5",
        /* 03 */ "device: cpu",
        /* 04 */ "model:",
        /* 05 */ "  path: net.onnx",
        /* 06 */ "  input: { shape: [1, 2, 2], bounds: [0, 1] }",
        /* 07 */ "data:",
        /* 08 */ "  images: x.npy",
        /* 09 */ "  labels: y.npy",
        /* 10 */ "  samples: 10",
        /* 11 */ "indicator: { samples: 5 }",
        /* 12 */ "attacks:",
        /* 13 */ "  - name: fgsm",
        /* 14 */ "    epsilon: 0.1",
        /* 15 */ "  - name: pgd",
        /* 16 */ "    epsilon: [0.1, 0.2]",
        /* 17 */ "    steps: 5",
        /* 18 */ "gate:",
        /* 19 */ "  baseline: base.json",
        /* 20 */ "  rules:",
        /* 21 */ "    - metric: natural-accuracy",
        /* 22 */ "      min: 0.5",
        /* 23 */ "    - metric: robust-accuracy",
        /* 24 */ "      attack: pgd",
        /* 25 */ "      epsilon: 0.2",
        /* 26 */ "      max-drop: 0.01",
    ];

    /// <summary>The good policy with one line (counted from 1) replaced, by nothing where the text is empty.</summary>
    public static string With(int line, string text) =>
        string.Join('\n', Good.Select((old, i) => i + 1 == line ? text : old)) + "\n";

    public static Policy Read(string text) => PolicyReader.Parse(Encoding.UTF8.GetBytes(text), "robustness.yml");

    /// <summary>The findings of a bad policy.</summary>
    public static IReadOnlyList<Finding> Mistakes(string text) => Mistakes(Encoding.UTF8.GetBytes(text));

    public static IReadOnlyList<Finding> Mistakes(byte[] bytes)
    {
        var mistake = Assert.Throws<MistakeException>(() => PolicyReader.Parse(bytes, "robustness.yml"));
        Assert.Equal(ExitCode.InvalidInput, mistake.ExitCode);
        Assert.All(mistake.Findings, finding =>
        {
            Assert.True(DiagnosticCatalog.Titles.ContainsKey(finding.Code), finding.Code);
            Assert.Equal(Severity.Error, finding.Severity);
            Assert.Equal("robustness.yml", finding.Where!.File);
        });
        return mistake.Findings;
    }

    /// <summary>Findings in brief: <c>RG0105@3,1</c>.</summary>
    public static string Brief(IEnumerable<Finding> findings) =>
        string.Join(' ', findings.Select(f => $"{f.Code}@{f.Where!.Line},{f.Where.Column}"));
}
