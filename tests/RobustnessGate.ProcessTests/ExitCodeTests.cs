using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RobustnessGate.Tests.Cli;
using RobustnessGate.UseCases;

namespace RobustnessGate.ProcessTests;

/// <summary>Every exit code through the real process, and what is left behind in each case.</summary>
public class ExitCodeTests
{
    private const string Output = "artifacts/robustness";

    [Fact]
    public void A_model_that_is_as_robust_as_its_baseline_passes_with_0()
    {
        using var work = new Workspace();
        work.Run("check");
        Assert.Equal(0, work.Run("baseline", "update").ExitCode);

        var run = work.Run("check");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.Contains("passed: 2 of 2 rules", run.Output, StringComparison.Ordinal);
        Assert.Contains("report: artifacts/robustness/report.md", run.Output, StringComparison.Ordinal);
        AssertRobust(work, Workspace.Robust(0.1));
        AssertExitCodeInResults(work, 0);
    }

    [Fact]
    public void A_model_that_lost_what_was_pinned_fails_with_2()
    {
        using var work = Workspace.Pinned();
        work.WriteModel("model.onnx", scale: -4);

        var run = work.Run("check");

        Assert.True(run.ExitCode == 2, run.Everything);
        Assert.Contains("error RG1001", run.Output, StringComparison.Ordinal);
        Assert.Contains("robustness.yml(", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(work[$"{Output}/report.md"]));
        AssertExitCodeInResults(work, 2);
    }

    [Fact]
    public void An_interruption_ends_with_3_and_keeps_what_was_finished()
    {
        using var work = new Workspace();
        work.WritePolicy(attacks: Endless);
        using var tool = Tool.Start(work.Folder, [], "check");
        EvaluationProcess(tool.Process);
        // Not INT, which shells make the processes that they start in the background ignore.
        Signal(tool.Process.Id, "TERM");

        var run = tool.Wait();

        Assert.True(run.ExitCode == 3, run.Everything);
        Assert.Contains("RG0910", run.Everything, StringComparison.Ordinal);
        AssertExitCodeInResults(work, 3);
        Assert.Single(Results(work).GetProperty("gate").GetProperty("findings").EnumerateArray());
        Assert.Contains("Not judged: the evaluation was stopped", work.Read($"{Output}/report.md"), StringComparison.Ordinal);
        Assert.Contains("The evaluation was interrupted", work.Read($"{Output}/report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_long_an_evaluation_ends_with_3()
    {
        using var work = new Workspace();
        work.WritePolicy(attacks: Endless);

        var run = work.Run("check", "--timeout", "2s");

        Assert.True(run.ExitCode == 3, run.Everything);
        Assert.Contains("RG0911", run.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_policy_is_4()
    {
        using var work = new Workspace();

        var run = work.Run("check", "-p", "absent.yml");

        AssertMistake(run, 4, "absent.yml: error RG0101");
    }

    [Theory]
    [InlineData("model.onnx", "RG04")]
    [InlineData("images.gz", "RG03")]
    [InlineData("labels.gz", "RG03")]
    public void Random_bytes_are_4_and_leave_no_results_of_an_earlier_run(string file, string band)
    {
        using var work = Workspace.Checked();
        Assert.Contains("\"verdict\"", work.Read($"{Output}/results.json"), StringComparison.Ordinal);
        var bytes = new byte[500];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(work[file], bytes);

        var run = work.Run("check");

        AssertMistake(run, 4, $"error {band}");
        AssertExitCodeInResults(work, 4);
        Assert.False(File.Exists(work[$"{Output}/run.json"]));
    }

    [Fact]
    public void A_missing_model_is_4()
    {
        using var work = new Workspace();
        File.Delete(work["model.onnx"]);

        AssertMistake(work.Run("check"), 4, "model.onnx: error RG04");
    }

    [Fact]
    public void A_device_that_is_not_there_is_5()
    {
        using var work = new Workspace();

        AssertMistake(work.Run("check", "--device", "cuda:99"), 5, "device 'cuda:99' is not there");
    }

    [Fact]
    public void A_missing_baseline_is_6_but_the_results_are_there_to_be_pinned()
    {
        using var work = new Workspace();

        var run = work.Run("check");

        Assert.True(run.ExitCode == 6, run.Everything);
        Assert.Contains("RG0201", run.Output, StringComparison.Ordinal);
        AssertExitCodeInResults(work, 6);
        AssertRobust(work, Workspace.Robust(0.1));
    }

    [Fact]
    public void A_damaged_baseline_is_6()
    {
        using var work = Workspace.Pinned();
        File.WriteAllText(work["robustness.baseline.json"], work.Read("robustness.baseline.json")[..^100]);

        var run = work.Run("check");

        Assert.True(run.ExitCode == 6, run.Everything);
        Assert.Contains("robustness.baseline.json", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_is_killed_is_7_and_the_report_has_what_was_finished()
    {
        using var work = new Workspace();
        work.WritePolicy(attacks: """
              - { name: fgsm, norm: linf, epsilon: 0.1 }
            """ + "\n" + Endless);
        using var tool = Tool.Start(work.Folder, [], "check");
        using var child = EvaluationProcess(tool.Process);
        // The line of a finished attack, which has no percentage, follows its record. The attack after it never ends by itself.
        tool.WaitForLine(line => line.Contains("fgsm-linf-0.1", StringComparison.Ordinal) && !line.Contains('%', StringComparison.Ordinal));
        child.Kill();

        var run = tool.Wait();

        Assert.True(run.ExitCode == 7, run.Everything);
        Assert.Contains("error RG0904: the evaluation process died with exit code 137 (killed", run.Everything, StringComparison.Ordinal);
        AssertExitCodeInResults(work, 7);
        var results = Results(work);
        Assert.False(results.GetProperty("completed").GetBoolean());
        Assert.Equal(Workspace.Samples, results.GetProperty("natural").GetProperty("correct").GetInt32());
        Assert.Equal(["fgsm-linf-0.1"], results.GetProperty("attacks").EnumerateArray().Select(attack => attack.GetProperty("id").GetString()));
    }

    [Fact]
    public void An_evaluation_of_nothing_is_8()
    {
        using var work = new Workspace();
        IdxEmpty(work);

        AssertMistake(work.Run("check"), 8, "RG0310");
    }

    [Fact]
    public void Pinning_without_results_is_8()
    {
        using var work = new Workspace();

        AssertMistake(work.Run("baseline", "update"), 8, "RG0210");
    }

    [Fact]
    public void In_process_and_in_a_process_of_its_own_give_the_same_bytes()
    {
        using var work = Workspace.Checked();
        var apart = work.Read($"{Output}/results.json");

        work.Run("check", "--in-process");

        Assert.Equal(apart, work.Read($"{Output}/results.json"));
    }

    /// <summary>Threads add up floats in another order: at most two outcomes in a thousand may differ.</summary>
    [Fact]
    public void Two_threads_change_next_to_nothing()
    {
        using var work = Workspace.Checked();
        var one = StoredResults.Read(work[$"{Output}/results.json"]);

        work.Run("check", "--threads", "2");

        var two = StoredResults.Read(work[$"{Output}/results.json"]);
        var differing = one.Attacks.Zip(two.Attacks).Sum(pair => pair.First.Bits.Zip(pair.Second.Bits).Count(bits => bits.First != bits.Second));
        Assert.InRange(differing, 0, one.Attacks.Sum(attack => attack.Bits.Count) * 2 / 1000);
    }

    [Fact]
    public void No_baseline_on_request_judges_floors_alone()
    {
        using var work = new Workspace();

        var run = work.Run("check", "--baseline", "none");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.Contains("passed: 1 of 1 rules", run.Output, StringComparison.Ordinal);
        Assert.Contains("warning RG0511: 2 of 2 rules are not compared", run.Output, StringComparison.Ordinal);
        Assert.Contains("RG0511", work.Read($"{Output}/results.json"), StringComparison.Ordinal);
        var report = work.Read($"{Output}/report.md");
        Assert.Contains("RG0511", report, StringComparison.Ordinal);
        Assert.Contains("--seed 7 --baseline none", report, StringComparison.Ordinal);
    }

    [Fact]
    public void More_samples_than_there_are_is_no_mistake_as_a_limit()
    {
        using var work = new Workspace();

        var run = work.Run("check", "--baseline", "none", "--max-samples", "1000", "-f", "json");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.Equal(Workspace.Samples, Results(work).GetProperty("data").GetProperty("samples").GetInt32());
        Assert.Equal(1000, Results(work).GetProperty("options").GetProperty("maxSamples").GetInt32());
        Assert.Contains("report: artifacts/robustness/results.json", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_do_not_depend_on_how_the_policy_is_named_or_from_where()
    {
        using var work = new Workspace();
        using var elsewhere = new Workspace();
        var here = work.Run("check", "-p", "./robustness.yml", "-o", "one");
        var absolute = work.Run("check", "-p", work["robustness.yml"], "-o", "two");
        Tool.RunIn(elsewhere.Folder, "check", "-p", Path.GetRelativePath(elsewhere.Folder, work["robustness.yml"]), "-o", work["three"]);

        Assert.Contains("\"file\": \"robustness.yml\"", work.Read("one/results.json"), StringComparison.Ordinal);
        Assert.Equal(work.Read("one/results.json"), work.Read("two/results.json"));
        Assert.Equal(work.Read("one/results.json"), work.Read("three/results.json"));
        Assert.Contains("./robustness.yml(", here.Output, StringComparison.Ordinal);
        Assert.Contains(work["robustness.yml"] + "(", absolute.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_about_data_do_not_depend_on_the_folder_either()
    {
        using var work = new Workspace();
        using var elsewhere = new Workspace();
        File.WriteAllText(work["labels.gz"], "");
        var here = work.Run("check", "-o", "one");
        Tool.RunIn(elsewhere.Folder, "check", "-p", work["robustness.yml"], "-o", work["two"]);

        Assert.Contains("labels.gz: error RG0302", here.Error, StringComparison.Ordinal);
        Assert.Contains("\"file\": \"labels.gz\"", work.Read("one/results.json"), StringComparison.Ordinal);
        Assert.Equal(work.Read("one/results.json"), work.Read("two/results.json"));
    }

    private const string Endless = """
          - { name: pgd, norm: linf, epsilon: 0.001, steps: 1000, restarts: 100000 }
        """;

    private static void IdxEmpty(Workspace work)
    {
        RobustnessGate.Samples.IdxWriter.WriteGzip(work["images.gz"], [0, 1, 2, 2], []);
        RobustnessGate.Samples.IdxWriter.WriteGzip(work["labels.gz"], [0], []);
    }

    private static void AssertMistake(ToolRun run, int exitCode, string words)
    {
        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}: {run.Everything}");
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), line => line.Contains(" error RG", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", run.Everything, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    private static void AssertExitCodeInResults(Workspace work, int exitCode) =>
        Assert.Equal(exitCode, Results(work).GetProperty("exitCode").GetInt32());

    private static void AssertRobust(Workspace work, int robust) =>
        Assert.All(Results(work).GetProperty("attacks").EnumerateArray(), attack => Assert.Equal(robust, attack.GetProperty("robust").GetInt32()));

    private static JsonElement Results(Workspace work)
    {
        using var document = JsonDocument.Parse(work.Read($"{Output}/results.json"));
        return document.RootElement.Clone();
    }

    /// <summary>Waits for the evaluation process that a tool starts.</summary>
    private static Process EvaluationProcess(Process tool)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            foreach (var candidate in Process.GetProcessesByName(tool.ProcessName))
            {
                if (ParentOf(candidate.Id) == tool.Id)
                {
                    return candidate;
                }

                candidate.Dispose();
            }

            Thread.Sleep(50);
        }

        throw new TimeoutException("no evaluation process was started");
    }

    private static int? ParentOf(int process)
    {
        try
        {
            // "pid (name) state ppid …"; the name may hold spaces.
            var status = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
