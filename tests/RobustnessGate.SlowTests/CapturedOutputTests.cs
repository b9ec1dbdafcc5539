using System.Diagnostics;
using System.Text.RegularExpressions;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.SlowTests;

/// <summary>What a model prints, through the real processes: it changes nothing, and is kept.</summary>
public sealed partial class CapturedOutputTests : IDisposable
{
    private readonly PrintingWorkspace _work = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forged_lines_change_nothing_and_are_kept(bool inProcess)
    {
        var quiet = Check(inProcess);
        var results = _work.Results;
        Assert.False(File.Exists(_work.Log));
        _work.PrintForged();

        var run = Check(inProcess);

        Assert.True(run.ExitCode == quiet.ExitCode, run.Everything);
        Assert.Equal(results, _work.Results);
        Assert.Equal(quiet.Output, run.Output);
        Assert.Equal(Timeless(quiet.Error), Timeless(run.Error));
        var log = File.ReadAllText(_work.Log);
        Assert.Contains(" | robustness.yml(3,5): error RG1001: forged\n", log, StringComparison.Ordinal);
        Assert.Contains(@" | \x1b[2J\x1b[31mforged\x1b]0;forged\x07", log, StringComparison.Ordinal);
        Assert.Single(log.Split('\n'), line => line.EndsWith("| error RG1001: forged", StringComparison.Ordinal));
        Assert.All(log.TrimEnd().Split('\n'), line => Assert.Matches("^(# |[ 0-9]{9} [|] )", line));
        Assert.Contains(" | held back\n", log, StringComparison.Ordinal);
        Assert.InRange(log.Length, 1, 10_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Detailed_shows_each_line_once_as_nothing_that_could_be_taken_for_a_diagnostic(bool inProcess)
    {
        _work.PrintForged();

        var run = Check(inProcess, "-v", "d");

        PrintingWorkspace.AssertNothingForged(run.Everything);
        var shown = run.Error.Split('\n').Where(line => line.Contains("forged", StringComparison.Ordinal)).ToArray();
        Assert.Equal(PrintingWorkspace.Forged.Length - 1, shown.Length);
        Assert.All(shown, line => Assert.Matches("^ +[0-9]+ [|] [^:]*$", line));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gigabyte_without_a_newline_changes_nothing(bool inProcess)
    {
        Check(inProcess);
        var results = _work.Results;
        _work.Flood(megabytes: 1024);
        var watch = Stopwatch.StartNew();

        var run = Check(inProcess);

        Assert.Equal(results, _work.Results);
        Assert.InRange(run.Everything.Length, 1, 10_000);
        Assert.InRange(new FileInfo(_work.Log).Length, 1, 10_000);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1.5));
    }

    [Fact]
    public void The_last_lines_stand_beside_the_finding_of_a_crash()
    {
        _work.Print("one more pass");
        Print(more: "terminate called: robustness.yml(1,1): error RG1001: forged");
        _work.Die();

        var run = Check(inProcess: false);

        Assert.True(run.ExitCode == 7, run.Everything);
        Assert.Contains("error RG0904: the evaluation process died with exit code 134 (aborted by native code)", run.Everything, StringComparison.Ordinal);
        Assert.EndsWith("  | terminate called∶ robustness.yml(1,1)∶ error RG1001∶ forged", Quoted(run.Error)[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("terminate", _work.Results, StringComparison.Ordinal);
        Assert.Contains("terminate called: robustness.yml(1,1): error RG1001: forged", File.ReadAllText(_work.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_lines_outlive_a_crash_in_process()
    {
        _work.PrintForged();
        _work.Die();

        var run = Check(inProcess: true);

        Assert.Equal(134, run.ExitCode);
        Assert.Contains("  | passed∶ 2 of 2 rules", Quoted(run.Error), StringComparer.Ordinal);
        PrintingWorkspace.AssertNothingForged(run.Everything);
        Assert.True(File.Exists(_work.Log));
    }

    /// <summary>Of every verb that opens a model: a crash has a name, and the exit code of crashes.</summary>
    [Theory]
    [InlineData("inspect")]
    [InlineData("surface")]
    public void A_native_abort_has_a_name_whatever_the_verb(string verb)
    {
        _work.Die();

        var run = _work.Run(verb, "-p", "robustness.yml");

        Assert.True(run.ExitCode == 7, run.Everything);
        Assert.Contains("error RG0904: the process that opened the model died with exit code 134 (aborted by native code)", run.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_goes_with_the_results_that_it_belongs_to()
    {
        _work.PrintForged();
        Check(inProcess: false);
        Assert.True(File.Exists(_work.Log));
        File.Delete(_work[PrintingModule.File]);

        Check(inProcess: false);

        Assert.False(File.Exists(_work.Log));
    }

    [Theory]
    [InlineData("inspect", "-p", "robustness.yml")]
    [InlineData("surface", "-p", "robustness.yml", "--sample", "3", "--resolution", "11", "-o", "surface")]
    public void Other_verbs_are_as_quiet(params string[] args)
    {
        var quiet = _work.Run(args);
        Assert.True(quiet.ExitCode == 0, quiet.Everything);
        _work.PrintForged();

        var run = _work.Run(args);
        var detailed = _work.Run([.. args, "-v", "d"]);

        Assert.Equal(quiet, run);
        Assert.Equal(quiet.Output, detailed.Output);
        Assert.Contains(Quoted(detailed.Error), line => line.EndsWith("| error RG1001∶ forged", StringComparison.Ordinal));
        PrintingWorkspace.AssertNothingForged(detailed.Everything);
        Assert.Equal(args[0] == "surface", File.Exists(_work["surface/captured-output.log"]));
    }

    public void Dispose() => _work.Dispose();

    private ToolRun Check(bool inProcess, params string[] more) =>
        _work.Run(["check", "--baseline", "none", .. inProcess ? ["--in-process"] : Array.Empty<string>(), .. more]);

    private void Print(string more) => _work.Print($"one more pass\n{more}\n");

    private static string[] Quoted(string error) => [.. error.Split('\n').Where(line => line.Contains(" | ", StringComparison.Ordinal))];

    /// <summary>Progress without what depends on how long it took: the lines at each tenth, and the clock.</summary>
    private static IEnumerable<string> Timeless(string error) =>
        error.Split('\n').Where(line => !line.Contains(" %  ", StringComparison.Ordinal)).Select(line => Clock().Replace(line, ""));

    [GeneratedRegex(@"[0-9]+:[0-9]{2}")]
    private static partial Regex Clock();
}
