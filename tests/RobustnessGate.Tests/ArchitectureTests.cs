using System.Text.RegularExpressions;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Tests;

public partial class ArchitectureTests
{
    private static readonly string Library = Path.Combine(TestData.Root, "tool", "RobustnessGate");

    [Theory]
    [InlineData("Policies")]
    [InlineData("Gating")]
    [InlineData("Reports")]
    [InlineData("Results")]
    [InlineData("Samples")]
    [InlineData("Drawing")]
    public void Rooms_without_tensors_never_mention_TorchSharp(string room)
    {
        var files = Directory.GetFiles(Path.Combine(Library, room), "*.cs", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotMatch(Torch(), Code(file)));
    }

    [Fact]
    public void The_library_has_no_console_no_clock_and_no_exit() =>
        Assert.All(Sources(Library), file => Assert.DoesNotMatch(World(), Code(file)));

    /// <summary>Maths names norms, which policies define.</summary>
    [Theory]
    [InlineData("Drawing")]
    [InlineData("Maths", "Policies")]
    public void Rooms_at_the_bottom_know_no_other(string room, params string[] known)
    {
        var others = Directory.GetDirectories(Library).Select(folder => Path.GetFileName(folder)!)
            .Except([.. known, room, "bin", "obj"]).ToArray();

        Assert.Contains("Surfaces", others);
        Assert.All(Sources(Path.Combine(Library, room)), file => Assert.DoesNotContain(others, other => Knows(Code(file), other)));
    }

    /// <summary>What measures knows nothing of pictures of it, and what is drawn of a model nothing of how it was trained.</summary>
    [Theory]
    [InlineData("Evaluation", "Surfaces")]
    [InlineData("Evaluation", "Training")]
    [InlineData("Surfaces", "Training")]
    [InlineData("Surfaces", "Hosting")]
    [InlineData("Reports", "Surfaces")]
    [InlineData("Results", "Surfaces")]
    public void A_room_does_not_know_what_is_built_upon_it(string room, string above) =>
        Assert.All(Sources(Path.Combine(Library, room)), file => Assert.False(Knows(Code(file), above), $"{file} knows {above}"));

    [Fact]
    public void Training_knows_surfaces_in_the_reproduction_alone()
    {
        var reproduction = Path.Combine(Library, "Training", "Reproduction");

        Assert.Contains(Sources(reproduction), file => Knows(Code(file), "Surfaces"));
        Assert.All(
            Sources(Path.Combine(Library, "Training")).Where(file => !file.StartsWith(reproduction, StringComparison.Ordinal)),
            file => Assert.False(Knows(Code(file), "Surfaces"), file));
    }

    [Fact]
    public void The_search_finds_what_it_looks_for()
    {
        Assert.True(Knows("using RobustnessGate.Surfaces;", "Surfaces"));
        Assert.True(Knows("var x = Surfaces.Survey.Run();", "Surfaces"));
        Assert.False(Knows("network.Training = true; SurfaceStudy.Run();", "Training"));
        Assert.Matches(Torch(), "using static TorchSharp.torch;");
        Assert.Matches(World(), "Console.WriteLine()");
        Assert.Matches(World(), "var now = DateTime.UtcNow;");
        Assert.Matches(World(), "System.Environment.Exit(1)");
        Assert.Matches(World(), "Stopwatch.StartNew()");
    }

    [Fact]
    public void Every_diagnostic_has_a_heading_and_every_heading_a_diagnostic()
    {
        var documented = File.ReadLines(Path.Combine(TestData.Root, "docs", "diagnostics.md"))
            .Where(line => line.StartsWith("## RG", StringComparison.Ordinal)).Select(line => line[3..]).ToArray();

        Assert.Equal(DiagnosticCatalog.Titles.Select(pair => $"{pair.Key} {pair.Value}"), documented);
    }

    [Fact]
    public void Every_code_in_the_sources_is_a_diagnostic_and_every_diagnostic_is_used()
    {
        var used = Sources(Path.Combine(TestData.Root, "tool")).Concat(Sources(Path.Combine(TestData.Root, "tasks")))
            .Concat(Directory.EnumerateFiles(Path.Combine(TestData.Root, "msbuild"), "*.targets", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(file) != "Diagnostics.cs")
            .SelectMany(file => CodeLiteral().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);

        Assert.Equal(DiagnosticCatalog.Titles.Keys, used.Order(StringComparer.Ordinal));
    }

    /// <summary>Whether code imports a room of the library, or names something in it by the room's name.</summary>
    private static bool Knows(string code, string room) =>
        Regex.IsMatch(code, $@"\busing\b.*\bRobustnessGate\.{room}\b|(?<![\w.]){room}\.[A-Z]|\bRobustnessGate\.{room}\.");

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    /// <summary>The text without its comments: documentation may speak of what the code must not touch.</summary>
    private static string Code(string file) => Comment().Replace(File.ReadAllText(file), "");

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\busing\b.*\bTorchSharp\b|\bTorchSharp\.|\btorch\.")]
    private static partial Regex Torch();

    [GeneratedRegex(@"\bConsole\.|\bDateTime(Offset)?\.(Utc)?(Now|Today)|\bEnvironment\.(Exit|FailFast|GetCommandLineArgs|TickCount)|\bTimeProvider\b|\bStopwatch\b")]
    private static partial Regex World();

    [GeneratedRegex("\"(RG[0-9]{4})\"")]
    private static partial Regex CodeLiteral();
}
