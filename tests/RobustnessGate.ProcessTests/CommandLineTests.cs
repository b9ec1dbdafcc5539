using RobustnessGate.Diagnostics;
using RobustnessGate.Tests;
using RobustnessGate.Tests.Cli;
namespace RobustnessGate.ProcessTests;

public class CommandLineTests
{
    [Theory]
    [InlineData("RG0001", "Did you mean 'check'?", "chekc")]
    [InlineData("RG0001", "'--polcy'", "check", "--polcy", "x.yml")]
    [InlineData("RG0001", "Did you mean '--policy'?", "check", "--polcy", "x.yml")]
    [InlineData("RG0001", "'surplus'", "check", "surplus")]
    [InlineData("RG0003", "a verb is missing: check, baseline")]
    [InlineData("RG0003", "update, show", "baseline")]
    [InlineData("RG0002", "--threads must be a whole number of at least 1, not '0'", "check", "--threads", "0")]
    [InlineData("RG0002", "--threads must be a whole number of at least 1, not '1.5'", "check", "--threads", "1.5")]
    [InlineData("RG0002", "--batch-size", "check", "--batch-size", "many")]
    [InlineData("RG0002", "--seed must be a whole number of at least 0, not 'x'", "check", "--seed", "x")]
    [InlineData("RG0002", "--seed must be a whole number of at least 0, not '-1'", "check", "--seed", "-1")]
    [InlineData("RG0002", "--max-samples", "check", "--max-samples", "-3")]
    [InlineData("RG0002", "--device must be auto, cpu, cuda or cuda:n, not 'tpu'", "check", "--device", "tpu")]
    [InlineData("RG0002", "--timeout must be a duration such as 90s", "check", "--timeout", "soon")]
    [InlineData("RG0002", "--format", "check", "--format", "pdf")]
    [InlineData("RG0002", "--verbosity must be q, m, n, d or diag, not 'loud'", "check", "-v", "loud")]
    [InlineData("RG0002", "--policy", "check", "--policy")]
    [InlineData("RG0002", "--policy is empty", "check", "--policy", "")]
    [InlineData("RG0002", "--baseline auto names no file here", "baseline", "show", "--baseline", "auto")]
    [InlineData("RG0002", "--baseline git:main names no file here", "baseline", "show", "--baseline", "git:main")]
    [InlineData("RG0002", "--baseline none names no file here", "report", "x.json", "--verify", "--baseline", "none")]
    [InlineData("RG0002", "--baseline none names no file", "baseline", "update", "--baseline", "none")]
    [InlineData("RG0340", "Known: mnist, fashion-mnist, cifar10", "data", "fetch", "imagenet")]
    public void A_bad_command_line_is_code_5_with_a_finding(string code, string words, params string[] args)
    {
        var run = Tool.Run(args);

        Assert.Equal(5, run.ExitCode);
        Assert.Contains($"robustness-gate: error {code}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mistake_of_a_command_line_is_named()
    {
        var run = Tool.Run("check", "--threads", "0", "--seed", "x", "--bogus");

        Assert.Equal(5, run.ExitCode);
        Assert.Equal(3, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("check", "--help")]
    [InlineData("baseline", "update", "-h")]
    public void Help_is_a_result(params string[] args)
    {
        var run = Tool.Run(args);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("REQUEST", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void The_version_is_that_of_the_results()
    {
        var run = Tool.Run("--version");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(ToolVersion.Text, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mirrored_option_is_read_like_a_typed_one()
    {
        using var tool = Tool.Start(TestData.Root, [("ROBUSTNESS_GATE_THREADS", "none")], "check");
        var run = tool.Wait();

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("--threads must be a whole number of at least 1, not 'none'. It comes from the environment: ROBUSTNESS_GATE_THREADS.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_variable_is_pointed_out()
    {
        using var tool = Tool.Start(TestData.Root, [("ROBUSTNESS_GATE_MAX_SAMPELS", "10"), ("ROBUSTNESS_GATE_LIBTORCH", "/x"), ("ROBUSTNESS_GATE_SEED", "1")], "schema");
        var run = tool.Wait();

        Assert.Equal(0, run.ExitCode);
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("warning RG0017: ROBUSTNESS_GATE_MAX_SAMPELS ", line, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'ROBUSTNESS_GATE_MAX_SAMPLES'?", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_is_stronger_than_the_environment()
    {
        using var tool = Tool.Start(TestData.Root, [("ROBUSTNESS_GATE_POLICY", "from-environment.yml")], "check", "-p", "typed.yml", "-o", Folder());
        var run = tool.Wait();

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("typed.yml", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("from-environment.yml", run.Error, StringComparison.Ordinal);
    }

    private static string Folder() => System.IO.Path.Combine(AppContext.BaseDirectory, "command-line-tests");
}
