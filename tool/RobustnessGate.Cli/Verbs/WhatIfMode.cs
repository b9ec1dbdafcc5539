using System.CommandLine;
using System.CommandLine.Parsing;
using RobustnessGate.Diagnostics;
using RobustnessGate.Reports;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>check --what-if key=value</c>: the stored results under another gate. Evaluates nothing, writes nothing.</summary>
internal static class WhatIfMode
{
    /// <summary>The one option without a mirror in the environment: there it would turn every check into a supposition.</summary>
    public const string OptionName = "--what-if";

    public static Option<string[]> Option() => new(OptionName)
    {
        HelpName = "KEY=VALUE",
        Description = "Judge the stored results again as if the gate said this, repeatable: gate.alpha=0.05, rules[1].max-drop=0.02. Nothing is evaluated or written.",
    };

    /// <summary>Options that would change what is measured, or what is written.</summary>
    public static Action<CommandResult> Refuse(Option<string[]> whatIf, IReadOnlyList<Option> others) => parsed =>
    {
        if (parsed.GetResult(whatIf) is { Implicit: false })
        {
            foreach (var other in others.Where(other => parsed.GetResult(other) is { Implicit: false }))
            {
                parsed.AddError($"--what-if judges stored results and evaluates nothing, so {other.Name} would do nothing. Leave it out.");
            }
        }
    };

    public static ExitCode Judge(string policy, string output, IReadOnlyList<string> changes)
    {
        var (stored, hypothetical) = StoredResults.WhatIf(policy, Path.Combine(output, ReportFiles.Results), changes);
        Console.Out.WriteLine($"HYPOTHETICAL: the stored results judged as if {string.Join(" and ", changes)}; nothing was evaluated or written");
        Console.Out.Write(TerminalSummary.Render(hypothetical, file => Results.Places.Shown(policy, file)));
        Console.Out.WriteLine($"as stored: {stored.Gate.Verdict.ToString().ToLowerInvariant()} (exit code {stored.ExitCode}); as if: {hypothetical.Gate.Verdict.ToString().ToLowerInvariant()} (exit code {hypothetical.ExitCode})");
        return (ExitCode)hypothetical.ExitCode;
    }
}
