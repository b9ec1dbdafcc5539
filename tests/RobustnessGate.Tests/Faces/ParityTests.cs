using System.Text.RegularExpressions;
using System.Xml.Linq;
using RobustnessGate.Cli.Parsing;

namespace RobustnessGate.Tests.Faces;

/// <summary>One concept has one name in every face of the tool, and no face lacks what another has.</summary>
public partial class ParityTests
{
    private static readonly string[] OptionsOfCheck = OptionsOf("check", isHidden: false);

    // Without a mirror are suppositions (--what-if): they are for a person's keyboard, never for a build.
    private static string[] OptionsOf(string name, bool isHidden) =>
    [
        .. EnvironmentMirror.MirroredOptions(CommandLine.Build().Subcommands.Single(verb => verb.Name == name))
            .Where(option => option.Hidden == isHidden).Select(option => option.Name).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void The_task_passes_on_every_option_and_no_other()
    {
        var task = Read("tasks/RobustnessGate.Tasks/RobustnessCheck.cs");

        Assert.Equal(OptionsOfCheck.Append("--trace-files").Order(StringComparer.Ordinal), Passed().Matches(task).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("check", "RobustnessGate.Tasks/RobustnessCheck.cs")]
    [InlineData("harden", "RobustnessGate.Tasks/RobustnessHarden.cs")]
    public void Every_option_that_a_task_gives_is_one_of_its_verb(string verb, string file)
    {
        var given = Given().Matches(Read("tasks/" + file) + Read("tasks/RobustnessGate.Tasks/RobustnessToolTask.cs")).Select(match => match.Groups[1].Value).ToArray();

        Assert.Contains("--diagnostic-prefix", given);
        Assert.Equal([.. OptionsOf(verb, isHidden: false), .. OptionsOf(verb, isHidden: true)], given.Order(StringComparer.Ordinal).OrderBy(option => option is "--diagnostic-prefix" or "--trace-files"));
    }

    [Fact]
    public void Every_option_of_harden_is_a_property_and_in_the_package_s_readme()
    {
        var call = XDocument.Parse(Read("msbuild/build/RobustnessGate.MSBuild.targets")).Descendants("RobustnessHarden").Single();
        var properties = call.Attributes().Select(attribute => Property().Match(attribute.Value).Groups[1].Value).Where(name => name.Length > 0);

        Assert.Equal(OptionsOf("harden", isHidden: false).Select(Pascal).Append("Executable").Order(StringComparer.Ordinal), properties.Order(StringComparer.Ordinal));
        Assert.All(OptionsOf("harden", isHidden: false), option => Assert.Contains($"`RobustnessGate{Pascal(option)}`", Read("msbuild/README.md"), StringComparison.Ordinal));
    }

    /// <summary>The tool takes it from the environment where the build gives no property.</summary>
    [Fact]
    public void The_mirror_of_every_setting_is_an_input_of_the_build() =>
        Assert.All(OptionsOfCheck.Except(["--timeout", "--verbosity", "--no-color"]), option =>
            Assert.Contains($",$({EnvironmentMirror.NameOf(option)})", Read("msbuild/build/RobustnessGate.MSBuild.targets"), StringComparison.Ordinal));

    [Fact]
    public void Every_option_is_a_property_of_its_name()
    {
        var call = XDocument.Parse(Read("msbuild/build/RobustnessGate.MSBuild.targets")).Descendants("RobustnessCheck").Single();
        var properties = call.Attributes().Select(attribute => Property().Match(attribute.Value).Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Assert.All(OptionsOfCheck, option => Assert.Contains(Pascal(option), properties));
        Assert.Equal(OptionsOfCheck.Length + 1, properties.Count(name => name.Length > 0));
        Assert.Contains("Executable", properties);
    }

    /// <summary>What cannot change an outcome need not check again; everything else must.</summary>
    [Fact]
    public void Every_setting_that_matters_is_an_input_of_the_build()
    {
        var targets = Read("msbuild/build/RobustnessGate.MSBuild.targets");
        var settings = Setting().Matches(targets).Select(match => "--" + match.Groups[1].Value).Append("--executable");

        Assert.Equal(OptionsOfCheck.Except(["--timeout", "--verbosity", "--no-color"]).Append("--executable").Order(StringComparer.Ordinal), settings.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("msbuild/README.md")]
    public void The_package_s_readme_names_every_property(string file) =>
        Assert.All(OptionsOfCheck, option => Assert.Contains($"`RobustnessGate{Pascal(option)}`", Read(file), StringComparison.Ordinal));

    [Fact]
    public void The_readme_names_every_option() =>
        Assert.All(OptionsOfCheck, option => Assert.Matches($@"`{option}[ `]", Read("README.md")));

    [Fact]
    public void The_action_has_every_option_but_the_format_that_it_chooses()
    {
        var action = Read(".github/actions/robustness-gate/action.yml");

        Assert.All(OptionsOfCheck.Except(["--format"]), option =>
            Assert.Contains($"{EnvironmentMirror.NameOf(option)}: ${{{{ inputs.{option[2..]} }}}}", action, StringComparison.Ordinal));
    }

    private static string Pascal(string option) => string.Concat(option[2..].Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Read(string file) => File.ReadAllText(Path.Combine(TestData.Root, file));

    [GeneratedRegex("""yield return \("(--[a-z-]+)",""")]
    private static partial Regex Passed();

    [GeneratedRegex("""\("(--[a-z-]+)",""")]
    private static partial Regex Given();

    [GeneratedRegex(@"^\$\(RobustnessGate(\w+)\)$")]
    private static partial Regex Property();

    [GeneratedRegex("""_RobustnessGateSetting Include="([a-z-]+)=""")]
    private static partial Regex Setting();
}
