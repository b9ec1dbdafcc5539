using System.Collections.Immutable;
using RobustnessGate.Hosting;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests.Hosting;

/// <summary>A check does without the merge base's model rather than end for want of a place to put it.</summary>
public sealed class EarlierFilesTests
{
    private static readonly ModelSection Model = new("model.onnx", null, new InputSection([1, 2, 2], new Bounds(0, 1), [], []));

    [Fact]
    public void A_copy_goes_away_again()
    {
        string path;
        using (var files = new EarlierFiles())
        {
            path = files.Extract(new Snapshot("model.onnx"), "base", Model, [1])!.Path;
            Assert.Equal(new byte[] { 7 }, File.ReadAllBytes(path));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }

    /// <summary>The weights of an assembly have no file there.</summary>
    [Theory]
    [InlineData("absent.onnx", null)]
    [InlineData("model.onnx", "absent.bin")]
    public void A_model_that_the_commit_does_not_have_is_none(string path, string? weights)
    {
        using var files = new EarlierFiles();

        Assert.Null(files.Extract(new Snapshot("model.onnx"), "base", Model with { Path = path, Weights = weights }, [1]));
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(DirectoryNotFoundException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    public void Without_a_folder_for_temporary_files_there_is_no_model_and_no_exception(Type fault)
    {
        using var files = new EarlierFiles(() => throw (Exception)Activator.CreateInstance(fault)!);

        Assert.Null(files.Extract(new Snapshot("model.onnx"), "base", Model, [1]));
    }

    /// <summary>As where the disk is full.</summary>
    [Fact]
    public void A_copy_that_cannot_be_written_is_no_model_and_no_exception()
    {
        var folder = Directory.CreateTempSubdirectory();
        folder.Delete();
        using var files = new EarlierFiles(() => folder);

        Assert.Null(files.Extract(new Snapshot("model.onnx"), "base", Model, [1]));
    }

    [Fact]
    public void No_folder_is_made_before_there_is_something_to_put_into_it()
    {
        var made = 0;
        using (var files = new EarlierFiles(() => throw new InvalidOperationException($"{++made}")))
        {
            files.Extract(new Snapshot("other.onnx"), "base", Model, [1]);
        }

        Assert.Equal(0, made);
    }

    /// <summary>When it is taken away, everything has been measured.</summary>
    [Fact]
    public void A_folder_that_cannot_be_taken_away_costs_nothing()
    {
        var folder = Directory.CreateTempSubdirectory();
        var files = new EarlierFiles(() => folder);
        Assert.NotNull(files.Extract(new Snapshot("model.onnx"), "base", Model, [1]));
        folder.Delete(recursive: true);

        files.Dispose();

        Assert.False(Directory.Exists(folder.FullName));
    }

    /// <summary>A commit with a single file.</summary>
    private sealed class Snapshot(string name) : IRepository
    {
        public ImmutableArray<string> StateFiles => [];

        public ImmutableArray<string> Judges(string reference) => throw new NotSupportedException();

        public bool Holds(string reference, string commit) => throw new NotSupportedException();

        public byte[]? Read(string commit, string path) => path == name ? [7] : null;

        public (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths) => ([], "");
    }
}
