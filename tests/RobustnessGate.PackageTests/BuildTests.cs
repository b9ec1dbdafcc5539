namespace RobustnessGate.PackageTests;

/// <summary>The MSBuild package with the real tool, through <c>dotnet build</c>.</summary>
[Collection(PackagesCollection.Name)]
public class BuildTests(Packages packages)
{
    [Fact]
    public void The_package_is_small_and_reaches_nobody_else()
    {
        Assert.InRange(new FileInfo(packages.Package("RobustnessGate.MSBuild")).Length, 1, 1_000_000);
        var entries = packages.Entries("RobustnessGate.MSBuild");
        Assert.Contains("tasks/netstandard2.0/RobustnessGate.Tasks.dll", entries);
        Assert.DoesNotContain(entries, entry => entry.StartsWith("lib/", StringComparison.Ordinal)
            || entry.StartsWith("buildTransitive/", StringComparison.Ordinal) || entry.Contains("Microsoft.Build", StringComparison.Ordinal));
    }

    [Fact]
    public void A_build_is_gated_skipped_when_nothing_changed_and_fails_until_the_model_is_mended()
    {
        var project = new Project(packages, "gated");

        project.Build().Succeeded();
        var first = project.Checked();
        Assert.NotNull(first);
        project.Build().Succeeded();
        Assert.Equal(first, project.Checked());

        QuickStart.SwapInNatural(project.Folder);
        var red = project.Build();
        Assert.Equal(1, red.ExitCode);
        Assert.Matches(@"robustness\.yml\(\d+,\d+\): error RG1001: ", red.Output);
        Assert.True(project.Checked() > first);
        Assert.DoesNotContain("MSB6006", red.Output, StringComparison.Ordinal);

        var stillRed = project.Build();
        Assert.Equal(1, stillRed.ExitCode);
        Assert.Equal(red.Diagnostics(), stillRed.Diagnostics());

        var byHand = packages.RunTool(project.Folder, "check", "-o", "by-hand");
        Assert.Equal(2, byHand.ExitCode);
        Assert.Equal(byHand.Diagnostics(), red.Diagnostics());

        var warned = project.Build("-p:RobustnessGateSeverity=warning").Succeeded();
        Assert.Contains("warning RG1001", warned.Output, StringComparison.Ordinal);
        Assert.Equal(1, project.Build().ExitCode);

        QuickStart.RestoreRobust(project.Folder);
        project.Build().Succeeded();
    }

    /// <summary>A switch of the command line is known to MSBuild alone: only a warning that is said again can become an error again.</summary>
    [Fact]
    public void Warnings_are_said_in_every_build_and_lost_reports_written_again()
    {
        var project = new Project(packages, "warned");
        var policy = Path.Combine(project.Folder, "robustness.yml");
        File.WriteAllText(policy, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(policy), @"max-drop: ([0-9.]+) \}", "max-drop: $1, severity: warning }"));
        QuickStart.SwapInNatural(project.Folder);

        Assert.Contains("warning RG1001", project.Build().Succeeded().Output, StringComparison.Ordinal);
        var first = project.Checked();
        Assert.Contains("warning RG1001", project.Build().Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(first, project.Checked());
        Assert.Equal(1, project.Build("-warnaserror").ExitCode);
        Assert.Equal(1, project.Build("-warnaserror").ExitCode);
        Assert.Equal(1, project.Build("-warnaserror:RG1001").ExitCode);

        File.Delete(project.Report);
        project.Build().Succeeded();
        Assert.NotNull(project.Checked());
    }

    [Fact]
    public void Another_setting_checks_again_and_clean_removes_what_was_written()
    {
        var project = new Project(packages, "settings");
        project.Build().Succeeded();
        var first = project.Checked();

        project.Build("-p:RobustnessGateBatchSize=32").Succeeded();

        Assert.True(project.Checked() > first);
        Assert.True(Directory.Exists(Path.Combine(project.Folder, "obj", "Debug", "net10.0", "robustness-gate")));
        project.Clean().Succeeded();
        Assert.Null(project.Checked());
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "obj", "Debug", "net10.0", "robustness-gate")));
    }

    [Fact]
    public void Three_target_frameworks_are_checked_once()
    {
        var project = new Project(packages, "three", "<TargetFrameworks>net10.0;net9.0;net8.0</TargetFrameworks>");

        var run = project.Build().Succeeded();

        Assert.Single(run.Output.Split('\n'), line => line.Contains("robustness gate passed", StringComparison.Ordinal));
        var first = project.Checked();
        project.Build("-t:RobustnessCheck").Succeeded();
        Assert.Equal(first, project.Checked());
    }

    [Fact]
    public void A_target_framework_that_is_not_built_is_no_green_build()
    {
        var project = new Project(packages, "mistyped", "<TargetFrameworks>;net10.0;net9.0</TargetFrameworks>");

        var run = project.Build("-p:RobustnessGateTargetFramework=net10");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error RG0930", run.Output, StringComparison.Ordinal);
        Assert.Contains("robustness gate passed", project.Build().Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Design_time_builds_and_switched_off_gates_check_nothing()
    {
        var project = new Project(packages, "off");

        project.Build("-p:DesignTimeBuild=true").Succeeded();
        Assert.Null(project.Checked());
        var off = project.Build("-p:RobustnessGateEnabled=false").Succeeded();
        Assert.Null(project.Checked());
        Assert.Contains("the robustness gate is off", off.Output, StringComparison.Ordinal);
        project.Build("-p:RobustnessGateOnBuild=false").Succeeded();
        Assert.Null(project.Checked());
    }

    [Fact]
    public void Paths_with_spaces_signs_and_letters_of_other_languages_work()
    {
        var project = new Project(packages, "odd; 100 % größe 模型");

        project.Build().Succeeded();
        QuickStart.SwapInNatural(project.Folder);
        var red = project.Build();

        Assert.Equal(1, red.ExitCode);
        Assert.Contains("error RG1001", red.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_local_manifest_is_enough()
    {
        var project = new Project(packages, "manifest", executable: "");
        packages.Dotnet(project.Folder, "new", "tool-manifest").Succeeded();
        packages.Dotnet(project.Folder, "tool", "install", "RobustnessGate.Tool", "--version", packages.PackageVersion).Succeeded();

        project.Build().Succeeded();

        Assert.NotNull(project.Checked());
    }

    [Fact]
    public void The_template_instantiates_builds_and_passes()
    {
        var folder = packages.NewFolder("template");
        packages.Dotnet(folder, "new", "install", packages.Package("RobustnessGate.Templates")).Succeeded();
        packages.Dotnet(folder, "new", "robustness-gate", "-n", "Digits", "-o", ".").Succeeded();
        Assert.True(File.Exists(Path.Combine(folder, "Digits.csproj")));
        Assert.True(File.Exists(Path.Combine(folder, ".github", "workflows", "robustness.yml")));
        packages.Dotnet(folder, "tool", "restore").Succeeded();

        var run = packages.Dotnet(folder, "build", "--nologo").Succeeded();

        Assert.Contains("robustness gate passed", run.Output, StringComparison.Ordinal);
        packages.Dotnet(folder, "robustness-gate", "check").Succeeded();
    }
}
