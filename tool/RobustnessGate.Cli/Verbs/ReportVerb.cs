using System.CommandLine;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>report RESULTS.json</c>: renders stored results in any format, or recomputes them; neither needs libtorch.</summary>
internal static class ReportVerb
{
    private const string Default = "markdown";

    public static Command Create()
    {
        var results = new Argument<string>("RESULTS.json") { Description = "Results that check wrote." };
        var format = Options.Formats([.. ReportFormat.All.Select(known => known.Name)], $"Report to render, repeatable with --output (default: {Default}).");
        var output = Options.Text("--output", "DIR", "Folder to write to (default: stdout).", null, "-o");
        var verify = new Option<bool>("--verify") { Description = "Recompute every number and the verdict from the stored outcomes instead; a difference is exit code 6." };
        var policy = Options.Policy();
        var baseline = Options.BaselineFile("PATH|git:REF|auto", "With --verify: what the run must have been held to (default: auto in a pull request, else the file that results or policy name).", orReference: true);
        var command = new Command("report", "Renders stored results in any format, or recomputes them.")
        {
            results, format, output, verify, policy, baseline,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(verify) ? parsed.GetValue(format) is { Length: > 0 } || parsed.GetValue(output) is not null : parsed.GetValue(baseline) is not null)
            {
                parsed.AddError("--verify renders nothing, so it goes without --format and --output; --baseline goes with --verify alone.");
            }
            else if (parsed.GetValue(output) is null && parsed.GetValue(format) is { Length: > 1 })
            {
                parsed.AddError("several formats need a folder to write to: add --output DIR.");
            }
        });
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(results);
            return (int)(parsed.GetValue(verify)
                ? Verify(parsed, path, parsed.GetRequiredValue(policy), parsed.GetValue(baseline))
                : Render(StoredResults.Read(path), parsed.GetValue(format) is { Length: > 0 } chosen ? chosen : [Default], parsed.GetValue(output)));
        });
        return command;
    }

    private static ExitCode Verify(ParseResult parsed, string path, string policy, string? baseline)
    {
        // Of results that no commit was asked for, the environment says nothing.
        var target = baseline is null && StoredResults.Read(path).MergeBase is null
            ? null : TargetBranch.Resolve(baseline ?? TargetBranch.Auto, Environment.GetEnvironmentVariable);
        var (stored, findings) = StoredResults.Verify(path, policy, target);
        if (findings.Count > 0)
        {
            FindingChannel.Of(parsed).Report(findings);
            return ExitCode.BaselineUnusable;
        }

        Console.Out.WriteLine(
            $"verified: every count, interval and p-value and the verdict ({stored.Gate.Verdict.ToString().ToLowerInvariant()}, exit code {stored.ExitCode}) follow from the stored outcomes"
            + (stored.MergeBase is { } commit && target is null ? $" and the judge at {commit[..Math.Min(8, commit.Length)]}, which they name themselves (--baseline git:REF asks the repository for it)" : "")
            + (stored.Relative is not null ? " and those of the baseline's model, measured beside them" : "")
            + $". Whether these and the {stored.Observations.Length} remarks beside them are those of the model, only check can tell.");
        return ExitCode.Passed;
    }

    private static ExitCode Render(ResultsDocument stored, string[] names, string? folder)
    {
        var formats = ReportFormat.All.Where(format => names.Contains(format.Name)).ToArray();
        if (folder is null)
        {
            Console.Out.Write(formats.Single().Render(stored));
            return ExitCode.Passed;
        }

        foreach (var (file, text) in ReportFormat.Files(stored, formats, brokenExamples: []))
        {
            Console.Out.WriteLine(OutputFolder.At(folder).Write(file, text));
        }

        return ExitCode.Passed;
    }
}
