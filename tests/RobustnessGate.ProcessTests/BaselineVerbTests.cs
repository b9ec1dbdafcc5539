using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

public class BaselineVerbTests
{
    [Fact]
    public void The_first_update_says_what_it_pins_and_show_repeats_it()
    {
        using var work = Workspace.Checked();

        var update = work.Run("baseline", "update");
        var show = work.Run("baseline", "show");

        Assert.Equal(0, update.ExitCode);
        Assert.Contains("first baseline:", update.Output, StringComparison.Ordinal);
        Assert.Contains("wrote robustness.baseline.json", update.Output, StringComparison.Ordinal);
        Assert.Equal(0, show.ExitCode);
        Assert.Contains(show.Output, update.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^  natural +40 / 40 *$", show.Output);
    }

    [Fact]
    public void A_later_update_says_what_changed()
    {
        using var work = Workspace.Pinned();
        work.WriteModel("model.onnx", scale: -4);
        work.Run("check");

        var update = work.Run("baseline", "update");

        Assert.Equal(0, update.ExitCode);
        Assert.Contains("model: ", update.Output, StringComparison.Ordinal);
        Assert.Contains("40 newly broken, 0 newly robust", update.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("data changed", update.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_of_an_edited_policy_are_refused()
    {
        using var work = Workspace.Checked();
        File.AppendAllText(work["robustness.yml"], "# edited\n");

        var update = work.Run("baseline", "update");

        Assert.Equal(6, update.ExitCode);
        Assert.Contains("RG0211", update.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(work["robustness.baseline.json"]));
    }

    [Fact]
    public void Partial_results_are_refused()
    {
        using var work = new Workspace();
        work.WritePolicy(attacks: "  - { name: pgd, norm: linf, epsilon: 0.001, steps: 1000, restarts: 100000 }");
        work.Run("check", "--timeout", "3s");

        var update = work.Run("baseline", "update");

        Assert.Equal(6, update.ExitCode);
        Assert.Contains("RG0208", update.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_without_a_baseline_file_needs_one_on_the_command_line()
    {
        using var work = new Workspace();
        work.WritePolicy(rules: "    - { metric: natural-accuracy, min: 0.9 }");
        File.WriteAllText(work["robustness.yml"], work.Read("robustness.yml")
            .Replace("  baseline: robustness.baseline.json\n", "", StringComparison.Ordinal));
        var check = work.Run("check");
        Assert.True(check.ExitCode == 0, check.Everything);

        var refused = work.Run("baseline", "update");
        var given = work.Run("baseline", "update", "--baseline", "elsewhere.json");

        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("RG0212", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, given.ExitCode);
        Assert.True(File.Exists(work["elsewhere.json"]));
    }

    [Fact]
    public void A_baseline_that_cannot_be_written_is_6()
    {
        using var work = Workspace.Checked();

        var update = work.Run("baseline", "update", "--baseline", "absent/baseline.json");

        Assert.Equal(6, update.ExitCode);
        Assert.Contains("absent/baseline.json: error RG0213", update.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", update.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Showing_what_is_not_there_is_6()
    {
        using var work = new Workspace();

        var show = work.Run("baseline", "show");

        Assert.Equal(6, show.ExitCode);
        Assert.Contains("RG0201", show.Error, StringComparison.Ordinal);
    }
}
