using System.Text.Json;
using System.Text.RegularExpressions;

namespace RobustnessGate.PackageTests;

/// <summary>What a stranger judges a package by: its version, its licences, and what its workflows run.</summary>
[Collection(PackagesCollection.Name)]
public partial class TrustTests(Packages packages)
{
    [Fact]
    public void A_tag_gives_a_release_its_version()
    {
        var clone = packages.NewFolder("tagged");
        Shell.Run(clone, new Dictionary<string, string>(), "git", "clone", "--quiet", "--no-hardlinks", Packages.Repository, ".").Succeeded();
        Shell.Run(clone, new Dictionary<string, string>(), "git", "-c", "user.name=a", "-c", "user.email=a@b.c", "tag", "v9.8.7").Succeeded();

        packages.Dotnet(clone, "pack", "templates", "-c", "Release", "-o", "out", "-p:ReleaseBuild=true", "--nologo").Succeeded();

        Assert.Equal(["RobustnessGate.Templates.9.8.7.nupkg"], Directory.GetFiles(Path.Combine(clone, "out")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    [InlineData("osx-arm64")]
    public void Every_library_inside_stands_in_the_notices_with_its_version(string platform)
    {
        var id = $"RobustnessGate.Tool.{platform}";
        var notices = packages.Text(id, entry => entry == "THIRD-PARTY-NOTICES.md");
        using var manifest = JsonDocument.Parse(packages.Text(id, entry => entry.EndsWith(".deps.json", StringComparison.Ordinal)));
        var carried = manifest.RootElement.GetProperty("targets").EnumerateObject().SelectMany(target => target.Value.EnumerateObject())
            .Where(library => library.Value.TryGetProperty("runtime", out _) || library.Value.TryGetProperty("native", out _))
            .Select(library => library.Name.Split('/')).Where(name => !name[0].Contains("RobustnessGate", StringComparison.OrdinalIgnoreCase) && name[0] != "dotnet-robustness-gate").ToArray();

        Assert.NotEmpty(carried);
        Assert.All(carried, library => Assert.Contains(
            notices.Split('\n'), line => line.Contains(library[0], StringComparison.Ordinal) && line.Contains($"| {library[1]} |", StringComparison.Ordinal)));
        Assert.Contains("PyTorch", packages.Text(id, entry => entry == "licenses/LICENSE-LIBTORCH.txt"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("MIT License", packages.Text(id, entry => entry == "LICENSE"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_action_in_a_workflow_is_pinned_to_a_commit()
    {
        var used = new[] { ".github", "templates/content/.github" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Packages.Repository, folder), "*.yml", SearchOption.AllDirectories))
            .SelectMany(file => Uses().Matches(File.ReadAllText(file)).Select(match => (file, action: match.Groups[1].Value)))
            .Where(use => !use.action.StartsWith("./", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(used);
        Assert.All(used, use => Assert.True(Pinned().IsMatch(use.action), $"{use.file}: {use.action}"));
    }

    [GeneratedRegex(@"^\s*(?:- )?uses:\s*(\S+)", RegexOptions.Multiline)]
    private static partial Regex Uses();

    [GeneratedRegex("^[^@]+@[0-9a-f]{40}$")]
    private static partial Regex Pinned();
}
