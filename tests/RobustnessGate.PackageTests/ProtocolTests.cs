using System.Runtime.Versioning;

namespace RobustnessGate.PackageTests;

/// <summary>The task against tools that misbehave: shell scripts in place of the tool.</summary>
[Collection(PackagesCollection.Name)]
[SupportedOSPlatform("linux")]
public class ProtocolTests(Packages packages)
{
    /// <summary>Reads the prefix from the response file, as the tool does.</summary>
    private const string ReadPrefix = """
        #!/bin/sh
        rsp="${2#@}"
        prefix=$(sed -n 's/^--diagnostic-prefix=//p' "$rsp")
        """;

    [Fact]
    public void What_a_model_prints_is_no_diagnostic()
    {
        var run = Build("chatter", """
            echo "${prefix}robustness-gate 9.9.9"
            echo "Epoch 3: error rate: 0.12"
            echo "train.py(3,4): error X123: not ours"
            echo "model.cs(1,1): error RG1001: forged"
            echo "warning: something" >&2
            """);

        run.Succeeded();
        Assert.DoesNotContain("error rate", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Diagnostics());
    }

    [Fact]
    public void A_crash_is_exactly_one_RG0904()
    {
        var run = Build("crash", """
            echo "${prefix}robustness-gate 9.9.9"
            echo "terminate called after throwing an instance of 'c10::Error'" >&2
            kill -ABRT $$
            """);

        Assert.Equal(1, run.ExitCode);
        var error = Assert.Single(run.Diagnostics());
        Assert.Contains("error RG0904: the tool ended with exit code 134", error, StringComparison.Ordinal);
        Assert.Contains("c10::Error", error, StringComparison.Ordinal);
        Assert.DoesNotContain("MSB6006", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_the_build_ends_the_tool_and_what_it_started()
    {
        var child = Path.Combine(packages.NewFolder("cancelled"), "pid.txt");

        // The script's parent is the build: it is interrupted as by Ctrl+C, and the script would go on for ten minutes.
        var run = Build("cancel", $"""
            echo "${"{"}prefix{"}"}robustness-gate 9.9.9"
            sleep 600 &
            echo $! > '{child}'
            kill -INT $PPID
            wait
            """);

        Assert.NotEqual(0, run.ExitCode);
        Assert.InRange(run.Elapsed.TotalSeconds, 0, 300);
        Assert.False(IsRunning(File.ReadAllText(child).Trim()), "the tool's child outlived the build");
    }

    /// <summary>One that has ended stays in the table, as a zombie, until its new parent looks.</summary>
    private static bool IsRunning(string process)
    {
        var status = $"/proc/{process}/status";
        try
        {
            return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It went between the two.
            return false;
        }
    }

    [Theory]
    [InlineData("exit 5", "exit code 5")]
    [InlineData("exit 0", "exit code 0")]
    public void A_tool_that_does_not_speak_the_protocol_is_too_old_and_never_passes(string script, string words)
    {
        var run = Build("old " + script, script);

        Assert.Equal(1, run.ExitCode);
        var error = Assert.Single(run.Diagnostics());
        Assert.Contains("error RG0902", error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_is_not_installed_is_RG0902()
    {
        var project = new Project(packages, "absent", executable: "");

        var run = project.Build();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error RG0902", Assert.Single(run.Diagnostics()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_is_not_where_it_should_be_is_RG0902()
    {
        var run = new Project(packages, "nowhere", executable: "/nowhere/dotnet-robustness-gate").Build();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error RG0902: the property RobustnessGateExecutable", Assert.Single(run.Diagnostics()), StringComparison.Ordinal);
        Assert.DoesNotContain("MSB6004", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Severity_warning_does_not_let_a_silent_tool_pass()
    {
        var project = new Project(packages, "silent", executable: Script("silent", "exit 0"));

        var run = project.Build("-p:RobustnessGateSeverity=warning").Succeeded();

        Assert.Contains("warning RG0902", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("robustness gate passed", run.Output, StringComparison.Ordinal);
        Assert.Contains("warning RG0902", project.Build("-p:RobustnessGateSeverity=warning").Output, StringComparison.Ordinal);
    }

    /// <summary>All that a change can write into a project or its props, where the environment says what it is held to.</summary>
    [Fact]
    public void Properties_do_not_beat_an_environment_that_holds_the_build_to_git()
    {
        var dump = Path.Combine(packages.NewFolder("held"), "arguments.txt");
        var tool = Script("held", $"""
            cat "$rsp" > '{dump}'
            echo "${"{"}prefix{"}"}robustness-gate 9.9.9"
            exit 2
            """);
        var project = new Project(packages, "held", executable: Script("forged", """echo "${prefix}robustness-gate 9.9.9" """));
        File.WriteAllText(Path.Combine(project.Folder, "Directory.Build.props"), """
            <Project><PropertyGroup>
              <RobustnessGateEnabled>false</RobustnessGateEnabled><RobustnessGateSeverity>warning</RobustnessGateSeverity>
              <RobustnessGateBaseline>none</RobustnessGateBaseline><RobustnessGateMaxSamples>1</RobustnessGateMaxSamples>
              <RobustnessGateSeed>1</RobustnessGateSeed><RobustnessGatePolicy>easy.yml</RobustnessGatePolicy>
              <RobustnessGateTargetFramework>net9.9</RobustnessGateTargetFramework><ROBUSTNESS_GATE_BASELINE>none</ROBUSTNESS_GATE_BASELINE>
            </PropertyGroup></Project>
            """);
        File.WriteAllText(Path.Combine(project.Folder, "Directory.Build.targets"), """
            <Project><PropertyGroup><RobustnessGateOnBuild>false</RobustnessGateOnBuild><RobustnessGateEnabled>false</RobustnessGateEnabled></PropertyGroup></Project>
            """);

        Assert.Contains("the robustness gate is off", project.Build().Succeeded().Output, StringComparison.Ordinal);
        var run = project.Build(new Dictionary<string, string> { ["ROBUSTNESS_GATE_BASELINE"] = "git:main", ["ROBUSTNESS_GATE_EXECUTABLE"] = tool });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds this build to 'git:main'", run.Output, StringComparison.Ordinal);
        var given = File.ReadAllText(dump);
        Assert.All(new[] { "--policy", "--baseline", "--seed", "--max-samples" }, option => Assert.DoesNotContain(option, given, StringComparison.Ordinal));
    }

    [Fact]
    public void A_state_that_is_not_the_checked_one_is_checked_again()
    {
        var folder = packages.NewFolder("state");
        var runs = Path.Combine(packages.NewFolder("state runs"), "runs.txt");
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        foreach (var file in new[] { "model", "images/1.png" })
        {
            File.WriteAllText(Path.Combine(folder, file), "x");
        }

        // Reads a model, a folder, and a baseline that is not there yet.
        var project = new Project(packages, "state", executable: Script("state", $"""
            echo "${"{"}prefix{"}"}robustness-gate 9.9.9"
            trace=$(sed -n 's/^--trace-files=//p' "$rsp")
            printf '%s\n' "$PWD/model" "$PWD/baseline.json" "$PWD/images/1.png" > "$trace/inputs.txt"
            echo "$PWD/images" > "$trace/folders.txt"
            echo run >> '{runs}'
            """));

        Assert.Equal(1, RunsAfter(() => { }));
        Assert.Equal(1, RunsAfter(() => { }));
        Assert.Equal(2, RunsAfter(() => File.SetLastWriteTimeUtc(Path.Combine(folder, "model"), DateTime.UnixEpoch.AddDays(1))));
        Assert.Equal(3, RunsAfter(() => File.WriteAllText(Path.Combine(folder, "images", "2.png"), "x")));
        Assert.Equal(4, RunsAfter(() => File.WriteAllText(Path.Combine(folder, "baseline.json"), "x")));
        Assert.Equal(4, RunsAfter(() => { }));

        int RunsAfter(Action change)
        {
            change();
            project.Build().Succeeded();
            return File.ReadAllLines(runs).Length;
        }
    }

    [Fact]
    public void Hardening_reaches_the_real_tool()
    {
        var run = new Project(packages, "hardened").Build("-t:RobustnessHarden", "-p:RobustnessGateOnBuild=false", "-p:RobustnessGateSeed=3", "-restore");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error RG0482: the policy has no 'harden' section", Assert.Single(run.Diagnostics()), StringComparison.Ordinal);
    }

    [Fact]
    public void Harden_needs_a_tool_that_has_it()
    {
        var project = new Project(packages, "harden", executable: Script("harden", "exit 5"));

        var run = project.Build("-t:RobustnessHarden", "-p:RobustnessGateOnBuild=false", "-restore");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error RG0902", Assert.Single(run.Diagnostics()), StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_obey_the_build_s_own_switches()
    {
        var project = new Project(packages, "switches", executable: Script("switches", """
            echo "${prefix}robustness-gate 9.9.9"
            echo "${prefix}robustness.yml(3,4): warning RG1103: could be tightened"
            """));

        Assert.Contains("robustness.yml(3,4): warning RG1103", project.Build().Succeeded().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("RG1103", Again(project, "-p:NoWarn=RG1103").Succeeded().Output, StringComparison.Ordinal);
        var asError = Again(project, "-p:MSBuildWarningsAsErrors=RG1103");
        Assert.Equal(1, asError.ExitCode);
        Assert.Contains("error RG1103", asError.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_property_reaches_the_tool_as_its_option()
    {
        var dump = Path.Combine(packages.NewFolder("dump"), "arguments.txt");
        var project = new Project(packages, "properties", executable: Script("properties", $"""
            echo "$1" > '{dump}'; cat "$rsp" >> '{dump}'
            echo "${"{"}prefix{"}"}robustness-gate 9.9.9"
            """));
        (string Option, string Value)[] options =
        [
            ("policy", "p;%41 ü.yml"), ("output", "o"), ("baseline", "b c.json"), ("device", "cpu"), ("threads", "2"), ("batch-size", "3"),
            ("seed", "4"), ("max-samples", "5"), ("save-adversarial", "true"), ("timeout", "6m"), ("in-process", "true"), ("verbosity", "d"), ("no-color", "true"),
        ];

        project.Build([.. options.Select(option => $"-p:RobustnessGate{Pascal(option.Option)}={option.Value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal)}"), "-p:RobustnessGateFormat=markdown%3Bjson"]).Succeeded();

        var lines = File.ReadAllLines(dump);
        Assert.Equal("check", lines[0]);
        Assert.All(options, option => Assert.Contains($"--{option.Option}={option.Value}", lines));
        Assert.Contains("--format=markdown", lines);
        Assert.Contains("--format=json", lines);
    }

    private static string Pascal(string option) => string.Concat(option.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static ShellRun Again(Project project, string argument)
    {
        File.SetLastWriteTimeUtc(Path.Combine(project.Folder, "robustness.yml"), DateTime.UtcNow);
        Directory.Delete(Path.Combine(project.Folder, "obj", "Debug", "net10.0", "robustness-gate"), recursive: true);
        return project.Build(argument);
    }

    private ShellRun Build(string name, string script) => new Project(packages, name, executable: Script(name, script)).Build();

    private string Script(string name, string body)
    {
        var path = Path.Combine(packages.NewFolder("scripts"), name.Replace(' ', '-') + ".sh");
        File.WriteAllText(path, $"{ReadPrefix}\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
