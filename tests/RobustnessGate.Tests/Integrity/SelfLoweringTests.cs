using RobustnessGate.Diagnostics;
using RobustnessGate.Integrity;
using RobustnessGate.Reports;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>Every way in which a change could lower its own bar, in a real repository, with a model that is worse by a fifth.</summary>
public class SelfLoweringTests
{
    /// <summary>What is replaced in the policy, by what, and what is found.</summary>
    [Theory]
    [InlineData("RG0501", "gate.alpha: 0.01 → 1E-09", "alpha: 0.01", "alpha: 0.000000001")]
    [InlineData("RG0503", "attacks.pgd-linf-0.3", "[0.1, 0.3]", "[0.1]")]
    [InlineData("RG0503", "attacks.pgd-linf-0.3", "[0.1, 0.3]", "[0.1, 0.0001]")]
    [InlineData("RG0501", "attacks.pgd-linf-0.3.steps: 40 → 1", "steps: 40", "steps: 1")]
    [InlineData("RG0501", "attacks.pgd-linf-0.3.restarts: 2 → 1", "restarts: 2", "restarts: 1")]
    [InlineData("RG0503", "attacks.fgsm-linf-0.3", "  - { name: fgsm, epsilon: 0.3 }\n", "")]
    [InlineData("RG0503", "attacks.fgsm-linf-0.3", "{ name: fgsm,", "{ name: fgsm, id: renamed,")]
    [InlineData("RG0501", "attacks.fgsm-linf-0.3.name: fgsm → noise", "{ name: fgsm,", "{ name: noise, id: fgsm-linf-0.3,")]
    [InlineData("RG0501", "data.samples: 100 → 20", "samples: 100", "samples: 20")]
    [InlineData("RG0501", "data.selection", "samples: 100", "samples: 100, selection: random")]
    [InlineData("RG0501", "seed: 7 → 8", "seed: 7", "seed: 8")]
    [InlineData("RG0501", "gate.rules.worst-case-accuracy-linf-0.3.max-drop: 0.1 → 0.9", "max-drop: 0.1,", "max-drop: 0.9,")]
    [InlineData("RG0501", "gate.rules.worst-case-accuracy-linf-0.3.max-drop: 0.1 → none", "max-drop: 0.1, ", "")]
    [InlineData("RG0501", "gate.rules.worst-case-accuracy-linf-0.3.min: 0.4 → 0.1", "min: 0.4", "min: 0.1")]
    [InlineData("RG0501", "gate.rules.worst-case-accuracy-linf-0.3.severity: error → warning", "min: 0.4", "min: 0.4, severity: warning")]
    [InlineData("RG0503", "gate.rules.worst-case-accuracy-linf-0.3", "    - { metric: worst-case-accuracy, epsilon: 0.3, max-drop: 0.1, min: 0.4 }", "")]
    [InlineData("RG0503", "gate.rules.worst-case-accuracy-linf-0.3", "worst-case-accuracy, epsilon: 0.3", "worst-case-accuracy, epsilon: 0.1")]
    [InlineData("RG0501", "gate.on-inconclusive: fail → warn", "on-inconclusive: fail", "on-inconclusive: warn")]
    [InlineData("RG0501", "gate.bootstrap: false → true", "alpha: 0.01", "bootstrap: true")]
    [InlineData("RG0501", "gate.max-total-drop: 0.15 → 0.9", "max-total-drop: 0.15", "max-total-drop: 0.9")]
    [InlineData("RG0501", "gate.max-total-drop", "  release: release.json\n  max-total-drop: 0.15\n", "")]
    [InlineData("RG0501", "model.input.bounds", "bounds: [0, 1]", "bounds: [0.4, 0.75]")]
    public void A_policy_that_asks_for_less_gains_nothing(string code, string field, string before, string after)
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Replace("robustness.yml", before, after);
        project.Commit();

        var outcome = project.Check();

        Assert.Equal(ExitCode.GateFailed, outcome.ExitCode);
        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code == code && finding.Severity == Severity.Error
            && finding.Message.StartsWith(field, StringComparison.Ordinal) && finding.File == "robustness.yml");
        // What the change asked for did not hide what it does to the model.
        Assert.Contains("RG1001", ProjectRepository.Codes(outcome));
        Assert.Contains("What this change does to the judge:", File.ReadAllText(project["out/report.md"]), StringComparison.Ordinal);
    }

    /// <summary>A worst case at the old radius would no longer know the attack.</summary>
    [Fact]
    public void A_greater_radius_of_a_named_attack_leaves_no_floor_behind()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Replace("robustness.yml", "{ name: pgd,", "{ name: pgd, id: main,");
        project.Replace("robustness.yml", "[0.1, 0.3]", "0.3");
        project.Check(null);
        project.PinPresent();
        project.PinPresent("release.json");
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        project.Replace("robustness.yml", "id: main, epsilon: 0.3", "id: main, epsilon: 0.9");
        project.Commit();

        var outcome = project.Check();

        Assert.NotEqual(ExitCode.Passed, outcome.ExitCode);
        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code == "RG0501" && finding.Message.StartsWith("attacks.main.epsilon: 0.3 → 0.9", StringComparison.Ordinal));
        Assert.Contains(outcome.Results.Attacks, attack => attack is { Id: "main", Epsilon: 0.3 });
    }

    /// <summary>Edited, emptied or gone: the target branch's file counts now, but what is merged would count next time.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_edited_release_is_noticed(bool there)
    {
        using var project = new ProjectRepository();
        if (there)
        {
            project.Model(50);
            project.Check(null);
            project.PinPresent("release.json");
            project.Model(60);
        }
        else
        {
            File.Delete(project["release.json"]);
        }

        project.Commit();
        var outcome = project.Check();

        Assert.Equal(ExitCode.BaselineUnusable, outcome.ExitCode);
        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code == "RG0502" && finding.Message.StartsWith("release: ", StringComparison.Ordinal));
    }

    /// <summary>The same on every machine, so that an override can be written down.</summary>
    [Fact]
    public void Changed_files_are_named_relative_to_the_policy()
    {
        using var project = new ProjectRepository();
        project.Write("other.txt", "images");
        project.Replace("robustness.yml", "images: images.txt", "images: other.txt");
        project.Git("add", ".");
        project.Commit();

        var outcome = project.Check();

        Assert.Contains(outcome.Results.Integrity, change => change is { Field: "data.images", Before: "images.txt", After: "other.txt" });
        Assert.DoesNotContain(project.Folder, File.ReadAllText(project["out/results.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_with_nothing_pinned_can_be_bootstrapped()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Replace("robustness.yml", "  release: release.json\n  max-total-drop: 0.15\n", "");
        project.Git("rm", "-q", "robustness.baseline.json", "release.json");
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        Assert.Equal(ExitCode.BaselineUnusable, project.Check().ExitCode);

        project.Replace("robustness.yml", "alpha: 0.01", "bootstrap: true");
        project.Commit();
        var outcome = project.Check();

        Assert.True(outcome.ExitCode == ExitCode.Passed, string.Join('\n', outcome.Results.Gate.Findings));
        Assert.Contains("RG0508", ProjectRepository.Codes(outcome));
    }

    [Fact]
    public void A_change_that_only_touches_the_model_is_judged_by_the_model()
    {
        using var project = new ProjectRepository();
        project.Model(58);
        project.Commit();

        var outcome = project.Check();

        Assert.Equal(ExitCode.Passed, outcome.ExitCode);
        Assert.Equal("git:" + project.Git("rev-parse", "main"), outcome.Results.Options!.Baseline);
        Assert.Contains("**What this change does to the judge:** nothing.", File.ReadAllText(project["out/report.md"]), StringComparison.Ordinal);
        project.Model(30);
        Assert.Equal(ExitCode.GateFailed, project.Check().ExitCode);
    }

    [Fact]
    public void Stored_results_of_a_change_are_verified_against_the_repository()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Replace("robustness.yml", "min: 0.4", "min: 0.1");
        project.Commit();
        project.Check();
        var results = project["out/results.json"];

        Assert.Empty(StoredResults.Verify(results, project["robustness.yml"], null).Differences);

        project.Replace("out/results.json", "lowers the bar; the stricter", "raises the bar; the stricter");
        Assert.Contains(StoredResults.Verify(results, project["robustness.yml"], null).Differences, finding => finding.Message.StartsWith("observations", StringComparison.Ordinal));
    }

    [Fact]
    public void An_edited_baseline_is_neither_used_nor_passed()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Check(null);
        project.PinPresent();
        project.Commit();

        Assert.Equal(ExitCode.GateFailed, project.Check(null).ExitCode);
        var outcome = project.Check();

        Assert.Equal(ExitCode.BaselineUnusable, outcome.ExitCode);
        Assert.Contains("RG0502", ProjectRepository.Codes(outcome));
        Assert.Contains("RG1001", ProjectRepository.Codes(outcome));
        Assert.StartsWith("### ❌ This change edits the baseline", File.ReadAllText(project["out/report.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_baseline_is_6()
    {
        using var project = new ProjectRepository();
        project.Git("rm", "-q", "robustness.baseline.json");
        project.Commit();

        var outcome = project.Check();

        Assert.Equal((ExitCode.BaselineUnusable, "RG0502"), (outcome.ExitCode, ProjectRepository.Codes(outcome).First()));
    }

    [Theory]
    [InlineData("images.txt")]
    [InlineData("labels.txt")]
    public void Edited_data_are_noticed_though_no_field_shows_it(string file)
    {
        using var project = new ProjectRepository();
        project.Write(file, "easier");
        project.Commit();

        var outcome = project.Check();

        Assert.Equal(ExitCode.BaselineUnusable, outcome.ExitCode);
        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code == "RG0501" && finding.Message.StartsWith($"data.content: {file} as at the merge base → ", StringComparison.Ordinal));
        Assert.Contains("RG0205", ProjectRepository.Codes(outcome));
    }

    [Fact]
    public void A_baseline_elsewhere_is_not_looked_at()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Check(null);
        project.PinPresent("easy.json");
        project.Replace("robustness.yml", "baseline: robustness.baseline.json", "baseline: easy.json");
        project.Git("add", "easy.json");
        project.Commit();

        var outcome = project.Check();

        Assert.Contains("RG0501", ProjectRepository.Codes(outcome));
        Assert.Contains("RG1001", ProjectRepository.Codes(outcome));
        Assert.NotEqual(ExitCode.Passed, outcome.ExitCode);
    }

    [Fact]
    public void A_policy_that_is_gone_or_switched_off_is_4()
    {
        using var project = new ProjectRepository();
        project.Write("robustness.yml", project.Read("robustness.yml") + "\nenabled: false\n");
        Assert.Equal(ExitCode.InvalidInput, Assert.Throws<MistakeException>(() => project.Check()).ExitCode);
        File.Delete(project["robustness.yml"]);
        Assert.Equal(ExitCode.InvalidInput, Assert.Throws<MistakeException>(() => project.Check()).ExitCode);
    }

    /// <summary>Each step stays within max-drop; together they exceed max-total-drop.</summary>
    [Fact]
    public void Slow_erosion_is_caught_against_the_release_of_the_target_branch()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Model(52);
        project.Check(null);
        project.PinPresent();
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        project.Model(43);
        project.Check(null);
        // Editing the release's baseline along does not help either.
        project.PinPresent("release.json");
        project.Commit();

        var outcome = project.Check();

        Assert.Equal(ExitCode.BaselineUnusable, outcome.ExitCode);
        Assert.Contains("RG0502", ProjectRepository.Codes(outcome));
        Assert.Contains("RG1006", ProjectRepository.Codes(outcome));
        Assert.DoesNotContain("RG1001", ProjectRepository.Codes(outcome));
    }

    private const string Overrides = """
        overrides:
          - { change: gate.rules.worst-case-accuracy-linf-0.3.max-drop, to: "0.3", reason: a smaller network for phones, date: 2026-11-01, expires: 2026-12-01 }
          - { change: gate.max-total-drop, to: "0.3", reason: a smaller network for phones, date: 2026-11-01, expires: 2026-12-01 }
        """;

    [Fact]
    public void An_override_allows_what_it_names_for_its_time()
    {
        using var project = new ProjectRepository();
        project.Model(41);
        project.Replace("robustness.yml", "max-drop: 0.1,", "max-drop: 0.3,");
        project.Replace("robustness.yml", "max-total-drop: 0.15", "max-total-drop: 0.3");
        project.Write(OverridesFile.Name, Overrides);
        project.Git("add", ".");
        project.Commit();

        var allowed = project.Check();
        Assert.True(allowed.ExitCode == ExitCode.Passed, string.Join('\n', allowed.Results.Gate.Findings));
        Assert.Contains("RG0507", ProjectRepository.Codes(allowed));
        Assert.Contains("allowed: a smaller network for phones", CheckReport.Markdown(allowed.Results, []).Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);

        var expired = project.Check(today: new DateOnly(2026, 12, 2));
        Assert.Equal(ExitCode.GateFailed, expired.ExitCode);
        Assert.Contains("RG0504", ProjectRepository.Codes(expired));
        Assert.Contains("RG1001", ProjectRepository.Codes(expired));

        project.Replace("robustness.yml", "max-drop: 0.3,", "max-drop: 0.4,");
        Assert.Contains("RG0501", ProjectRepository.Codes(project.Check()));

        project.Write(OverridesFile.Name, "overrides: [ { change: seed } ]");
        Assert.Equal(ExitCode.InvalidInput, project.Check().ExitCode);
    }

    [Fact]
    public void First_use_needs_bootstrap_and_says_so()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "--orphan", "empty");
        project.Git("rm", "-rqf", "--cached", ".");
        project.Git("commit", "-q", "--allow-empty", "-m", "nothing yet");
        project.Git("checkout", "-q", "-b", "first");
        project.Git("add", ".");
        project.Git("commit", "-qm", "policy");

        var refused = project.Check("git:empty");
        Assert.Equal((ExitCode.BaselineUnusable, "RG0508"), (refused.ExitCode, ProjectRepository.Codes(refused).First()));

        project.Replace("robustness.yml", "alpha: 0.01", "bootstrap: true");
        var first = project.Check("git:empty");
        Assert.Equal(ExitCode.Passed, first.ExitCode);
        Assert.Contains("RG0508", ProjectRepository.Codes(first));
    }
}
