using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace RobustnessGate.Tests.Faces;

/// <summary>Workflows and actions of this repository and of the template, held to what a careful reviewer would ask.</summary>
public partial class WorkflowTests
{
    public static TheoryData<string> Workflows() => [.. Files(".github/workflows").Concat(Files("templates/content/.github/workflows"))];

    public static TheoryData<string> All() => [.. Files(".github"), .. Files("templates/content/.github")];

    [Fact]
    public void There_are_workflows_to_look_at() => Assert.True(Workflows().Count >= 4);

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Permissions_are_given_at_the_top_and_are_least(string file)
    {
        var permissions = Mapping(file).Children[new YamlScalarNode("permissions")];

        Assert.All(((YamlMappingNode)permissions).Children, pair => Assert.Equal("contents: read", $"{pair.Key}: {pair.Value}"));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void No_workflow_gives_strangers_a_token_that_writes(string file)
    {
        var text = Read(file);

        Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
        Assert.DoesNotContain("write-all", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        // Where a token may write, nothing of the pull request is checked out.
        Assert.False(text.Contains(": write", StringComparison.Ordinal) && text.Contains("ref:", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_job_ends_and_every_checkout_forgets_its_token(string file)
    {
        foreach (var (_, job) in (YamlMappingNode)Mapping(file).Children[new YamlScalarNode("jobs")])
        {
            Assert.Contains(new YamlScalarNode("timeout-minutes"), ((YamlMappingNode)job).Children.Keys);
        }

        Assert.Equal(Regex.Count(Read(file), "uses: actions/checkout@"), Regex.Count(Read(file), "persist-credentials: false"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Actions_of_others_are_pinned_by_their_commit(string file) =>
        Assert.All(Uses().Matches(Read(file)).Select(match => match.Groups[1].Value), action =>
            Assert.True(action.StartsWith("./", StringComparison.Ordinal) || Pinned().IsMatch(action), action));

    /// <summary>An expression in a script is text of the script: whoever writes a branch name would write commands.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void No_script_holds_an_expression(string file) =>
        Assert.All(Scripts(Mapping(file)), script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));

    private static IEnumerable<string> Scripts(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.SelectMany(pair =>
            pair.Key is YamlScalarNode { Value: "run" } && pair.Value is YamlScalarNode script ? [script.Value!] : Scripts(pair.Value)),
        YamlSequenceNode sequence => sequence.Children.SelectMany(Scripts),
        _ => [],
    };

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(TestData.Root, folder), "*.yml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(TestData.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static string Read(string file) => File.ReadAllText(Path.Combine(TestData.Root, file));

    private static YamlMappingNode Mapping(string file)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(Read(file));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"uses: *(\S+)")]
    private static partial Regex Uses();

    [GeneratedRegex(@"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")]
    private static partial Regex Pinned();
}
