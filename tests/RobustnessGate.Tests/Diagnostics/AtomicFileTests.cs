using RobustnessGate.Diagnostics;

namespace RobustnessGate.Tests.Diagnostics;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "report.md");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_reader_of_the_old_file_keeps_it()
    {
        AtomicFile.Write(Path, "old");
        using var reader = new StreamReader(Path);
        AtomicFile.Write(Path, "newer");

        Assert.Equal("old", reader.ReadToEnd());
        Assert.Equal("newer", File.ReadAllText(Path));
        Assert.Single(Directory.GetFiles(_folder.FullName));
    }

    /// <summary>/dev/null shows as a file without length. Were it replaced by a file, everything on the machine that reads it would read the report.</summary>
    [Fact]
    public void What_shows_as_empty_is_written_into_and_not_replaced()
    {
        AtomicFile.Write(Path, "");
        using var reader = new StreamReader(new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        AtomicFile.Write(Path, "a report");

        Assert.Equal("a report", reader.ReadToEnd());
    }

    [Fact]
    public async Task What_throws_leaves_the_older_file()
    {
        AtomicFile.Write(Path, "old");
        await Assert.ThrowsAsync<InvalidDataException>(() => AtomicFile.Write(Path, async stream =>
        {
            await stream.WriteAsync(new byte[] { 1 });
            throw new InvalidDataException();
        }));

        Assert.Equal("old", File.ReadAllText(Path));
        Assert.Single(Directory.GetFiles(_folder.FullName));
    }
}
