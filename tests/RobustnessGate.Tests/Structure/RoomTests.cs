using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RobustnessGate.Tests.Structure;

/// <summary>Rooms point one way: what the table of <see cref="Rooms"/> does not allow is nowhere in the compiled code.</summary>
public class RoomTests
{
    private static readonly string[] Assemblies = ["RobustnessGate.dll", "RobustnessGate.Reproduction.dll", "RobustnessGate.SelfTests.dll"];

    /// <summary>Constants and comments leave no trace in compiled code; imports do in the source.</summary>
    private static readonly Lazy<Dictionary<(string From, string To), string>> Imported = new(() => Imports.Between(
        Assemblies.Select(name => Path.Combine(TestData.Root, "tool", Path.GetFileNameWithoutExtension(name)))));

    private static readonly Lazy<Dictionary<(string From, string To), string>> Found = new(() => Read(Assemblies.Select(name =>
        (Stream)File.OpenRead(Path.Combine(AppContext.BaseDirectory, name)))));

    [Fact]
    public void No_room_knows_what_the_table_forbids() => Assert.Empty(Wrong(Found.Value).Select(pair => $"{pair.From} → {pair.To}: {Found.Value[pair]}"));

    [Fact]
    public void No_file_imports_what_the_table_forbids() =>
        Assert.Empty(Wrong(Imported.Value).Select(pair => $"{pair.From} → {pair.To}: {Imported.Value[pair]}"));

    /// <summary>What nobody needs is not allowed in advance.</summary>
    [Fact]
    public void What_the_table_allows_is_used() =>
        Assert.All(
            Rooms.All.SelectMany(entry => entry.Known.Select(known => (entry.Room, known))), 
            pair => Assert.True(Found.Value.ContainsKey(pair) || Imported.Value.ContainsKey(pair), $"{pair}"));

    [Fact]
    public void A_room_knows_only_rooms_below_it()
    {
        var order = Rooms.All.Select(entry => entry.Room).ToList();

        Assert.All(Rooms.All, entry => Assert.All(
            entry.Known.Where(known => known != Rooms.Tensors), known => Assert.InRange(order.IndexOf(known), 0, order.IndexOf(entry.Room) - 1)));
    }

    [Fact]
    public void The_table_names_the_folders_of_the_library_and_no_others()
    {
        var library = Path.Combine(TestData.Root, "tool", "RobustnessGate");
        var folders = Directory.GetDirectories(library).Select(folder => Path.GetFileName(folder)!).Except(["bin", "obj"]);

        Assert.Equal(folders.Order(StringComparer.Ordinal), Rooms.All.Select(entry => entry.Room)
            .Where(room => room is not ("Attacks.Engine" or "Reproduction" or "SelfTests" or Rooms.Front)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Policies")]
    [InlineData("Facts")]
    [InlineData("Gating")]
    [InlineData("Results")]
    [InlineData("Reports")]
    [InlineData("Diagnostics")]
    public void These_rooms_have_no_tensors(string room) => Assert.Contains((room, Rooms.Tensors), Rooms.Forbidden);

    /// <summary>One class for each forbidden direction: every one of them is seen, and nothing else.</summary>
    [Fact]
    public void A_reference_in_any_forbidden_direction_is_seen()
    {
        var forbidden = Rooms.Forbidden.ToArray();
        var source = string.Concat(forbidden.SelectMany(pair => new[] { pair.From, pair.To }).Distinct().Select(room =>
                $"namespace {Space(room)} {{ public class Planted; }}\n"))
            + string.Concat(forbidden.Select((pair, i) => $"namespace {Space(pair.From)} {{ class Planter{i} {{ {Space(pair.To)}.Planted? planted = null; }} }}\n"));

        Assert.True(forbidden.Length > 250);
        Assert.Equal(forbidden.Order(), Wrong(Read([Compiled(source)])).Order());
    }

    [Fact]
    public void A_forbidden_import_is_seen()
    {
        var folder = Directory.CreateTempSubdirectory("imports ");
        File.WriteAllText(Path.Combine(folder.FullName, "Planter.cs"), "using RobustnessGate.UseCases;\n\nnamespace RobustnessGate.Maths;\n");

        Assert.Equal(("Maths", "UseCases"), Assert.Single(Wrong(Imports.Between([folder.FullName]))));
        folder.Delete(recursive: true);
    }

    /// <summary>However it is used.</summary>
    [Theory]
    [InlineData("using RobustnessGate.UseCases; namespace RobustnessGate.Maths { class Planter { Planted[]? planted = null; } }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { object Run() => new UseCases.Planted(); } }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { System.Type Run() => typeof(UseCases.Planted); } }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter : UseCases.Planted; }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter<T> where T : UseCases.Planted; }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { void Run(System.Func<UseCases.Planted, int> x) { } } }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { object Run() => new System.Func<int>(() => UseCases.Planted.Number()); } }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { void Run() { try { } catch (UseCases.Failed) { } } } }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { bool Run(object x) => x is UseCases.Planted; } }")]
    [InlineData("namespace RobustnessGate.Maths { [UseCases.Marked] class Planter; }")]
    [InlineData("namespace RobustnessGate.Maths { class Planter { object Run() => System.Array.Empty<UseCases.Planted>(); } }")]
    public void Any_use_is_seen(string use)
    {
        const string planted = """
            namespace RobustnessGate.UseCases
            {
                public class Planted { public static int Number() => 1; }
                public class Failed : System.Exception;
                public class MarkedAttribute : System.Attribute;
            }
            """;

        Assert.Equal(("Maths", "UseCases"), Assert.Single(Wrong(Read([Compiled($"{use}\n{planted}")]))));
    }

    private static string Space(string room) => room is Rooms.Tensors or Rooms.Front ? room : $"{Rooms.Front}.{room}";

    private static IEnumerable<(string From, string To)> Wrong(Dictionary<(string From, string To), string> found)
    {
        var allowed = Rooms.All.SelectMany(entry => entry.Known.Select(known => (entry.Room, known))).ToHashSet();
        return found.Keys.Where(pair => !allowed.Contains(pair));
    }

    private static Dictionary<(string From, string To), string> Read(IEnumerable<Stream> assemblies)
    {
        Stream[] streams = [.. assemblies];
        try
        {
            return References.Between(streams);
        }
        finally
        {
            Array.ForEach(streams, stream => stream.Dispose());
        }
    }

    private static MemoryStream Compiled(string source)
    {
        var stream = new MemoryStream();
        var result = CSharpCompilation.Create(
            "planted", [CSharpSyntaxTree.ParseText(source)], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)).Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        stream.Position = 0;
        return stream;
    }
}
