using System.CommandLine;
using RobustnessGate.Cli.Parsing;

namespace RobustnessGate.Tests.Cli;

public class EnvironmentMirrorTests
{
    [Fact]
    public void Every_option_of_every_verb_has_a_mirror()
    {
        var root = CommandLine.Build();
        var verbs = root.Subcommands.Concat(root.Subcommands.SelectMany(verb => verb.Subcommands)).Where(verb => verb.Action is not null).ToArray();
        Assert.NotEmpty(verbs);

        foreach (var verb in verbs)
        {
            foreach (var option in EnvironmentMirror.MirroredOptions(verb))
            {
                var path = verb.Parents.OfType<Command>().Single() is { } parent and not RootCommand ? new[] { parent.Name, verb.Name } : [verb.Name];
                var value = option.ValueType == typeof(bool) ? "1" : "a,b";
                var expanded = EnvironmentMirror.Expand(
                    root.Parse(path), path, name => name == EnvironmentMirror.NameOf(option.Name) ? value : null);
                Assert.True(expanded.Length > path.Length, $"{option.Name} of {verb.Name} is not mirrored");
                Assert.StartsWith(option.Name + "=", expanded[path.Length], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_repeatable_option_takes_a_list()
    {
        string[] args = ["check"];

        var expanded = EnvironmentMirror.Expand(
            CommandLine.Build().Parse(args), args, name => name == "ROBUSTNESS_GATE_FORMAT" ? "markdown; json" : null);

        Assert.Equal(["check", "--format=markdown", "--format=json"], expanded);
    }

    [Fact]
    public void A_typed_option_by_its_alias_hides_its_mirror()
    {
        string[] args = ["check", "-o", "here"];

        var expanded = EnvironmentMirror.Expand(CommandLine.Build().Parse(args), args, name => name == "ROBUSTNESS_GATE_OUTPUT" ? "there" : null);

        Assert.Equal(args, expanded);
    }

    [Fact]
    public void Values_with_spaces_and_dashes_survive()
    {
        string[] args = ["check"];
        var root = CommandLine.Build();

        var expanded = EnvironmentMirror.Expand(root.Parse(args), args, name => name == "ROBUSTNESS_GATE_OUTPUT" ? "my --odd; folder" : null);

        Assert.Equal("my --odd; folder", root.Parse(expanded).GetValue<string>("--output"));
    }
}
