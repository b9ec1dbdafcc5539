using System.Collections.Immutable;
using System.Formats.Tar;
using System.Security.Cryptography;
using RobustnessGate.Diagnostics;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

public sealed class DataFetchTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(v => (byte)(v * 31))];
    private readonly DataFolder _folder = new();
    private readonly LocalServer _server = new();
    private readonly HttpClient _http = DataFetch.Client();
    private readonly List<FetchProgress> _progress = [];

    [Fact]
    public async Task A_file_is_fetched_once_and_reported()
    {
        var data = Data(_server.Answer("a", Content));
        Assert.Equal(["file"], (await Fetch(data)).ToArray());
        Assert.Equal(Content, File.ReadAllBytes(_folder["file"]));
        Assert.Equal(Content.Length, _progress[^1].Bytes);

        await Fetch(data);
        Assert.Single(_server.Requests);
        Assert.Equal(["file"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_damaged_file_is_fetched_again()
    {
        _folder.Text("file", "half of it");
        await Fetch(Data(_server.Answer("a", Content)));
        Assert.Equal(Content, File.ReadAllBytes(_folder["file"]));
    }

    [Fact]
    public async Task The_next_address_is_tried_where_one_fails()
    {
        var data = Data(new Uri(_server.Root, "absent"), _server.Answer("other", "an error page"u8.ToArray()), _server.Answer("good", Content));
        await Fetch(data);
        Assert.Equal(["/absent", "/other", "/good"], _server.Requests);
        Assert.Equal(Content, File.ReadAllBytes(_folder["file"]));
    }

    [Fact]
    public async Task Another_file_is_not_kept()
    {
        var changed = (byte[])Content.Clone();
        changed[^1]++;
        _folder.Text("file", "older");
        var finding = await Mistake(Data(_server.Answer("a", changed)));
        Assert.Equal("RG0342", finding.Code);
        Assert.Contains("instead of", finding.Message, StringComparison.Ordinal);
        Assert.Equal("older", File.ReadAllText(_folder["file"]));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public async Task A_download_stops_where_it_grows_beyond_the_file()
    {
        var sent = 0L;
        var address = _server.Answer("endless", response =>
        {
            response.SendChunked = true;
            for (var i = 0; i < 10_000; i++)
            {
                response.OutputStream.Write(Content);
                sent += Content.Length;
            }
        });
        var finding = await Mistake(Data(address));
        Assert.Contains("more than the 300000 bytes", finding.Message, StringComparison.Ordinal);
        Assert.True(sent < 1_000_000_000, $"{sent} bytes were read");
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public async Task A_missing_file_and_an_absent_server_are_said()
    {
        var finding = await Mistake(Data(new Uri(_server.Root, "absent"), new Uri("http://127.0.0.1:1/file")));
        Assert.Equal("RG0341", finding.Code);
        Assert.Contains("404", finding.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', finding.Message);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        using var done = new ManualResetEventSlim();
        var address = _server.Answer("slow", response =>
        {
            response.ContentLength64 = Content.Length;
            response.OutputStream.Write(Content, 0, 1000);
            response.OutputStream.Flush();
            done.Wait(TimeSpan.FromSeconds(20));
        });
        var finding = await Mistake(Data(address), patience: TimeSpan.FromMilliseconds(300));
        done.Set();
        Assert.Contains("no answer for 0.3 seconds", finding.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public async Task Cancellation_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        var fetch = new DataFetch(_http, _ => cancel.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.Run(Data(_server.Answer("a", Content)), _folder.Root, cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public async Task Only_the_known_files_are_taken_out_of_an_archive()
    {
        var archive = TarGz(("set/one.bin", "1"), ("set/../../evil.bin", "2"), ("/two.bin", "3"), ("set/unasked.bin", "4"));
        var data = new PublicData("set", [Described("set.tar.gz", archive, ["one.bin", "two.bin"], _server.Answer("set.tar.gz", archive))]);

        Assert.Equal(["one.bin", "two.bin"], (await Fetch(data)).ToArray());
        Assert.Equal(["one.bin", "set.tar.gz", "two.bin"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order());
        Assert.Equal("3", File.ReadAllText(_folder["two.bin"]));
        Assert.False(File.Exists(Path.Combine(_folder.Root, "..", "..", "evil.bin")));

        File.Delete(_folder["one.bin"]);
        await Fetch(data);
        Assert.True(File.Exists(_folder["one.bin"]));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task An_archive_without_a_known_file_is_refused()
    {
        var archive = TarGz(("one.bin", "1"));
        var data = new PublicData("set", [Described("set.tar.gz", archive, ["one.bin", "two.bin"], _server.Answer("set.tar.gz", archive))]);
        var finding = await Mistake(data);
        Assert.Equal("RG0303", finding.Code);
        Assert.Contains("two.bin", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Known_data_sets_are_well_formed()
    {
        Assert.Equal(["mnist", "fashion-mnist", "cifar10"], PublicData.All.Select(data => data.Name));
        var files = PublicData.All.SelectMany(data => data.Files).ToArray();
        Assert.Equal(files.Length, files.Select(file => file.Sha256).Distinct().Count());
        Assert.All(files, file =>
        {
            Assert.Matches("^[0-9a-f]{64}$", file.Sha256);
            Assert.NotEmpty(file.Addresses);
            Assert.All(file.Addresses, address => Assert.EndsWith("/" + file.Name, address.AbsolutePath, StringComparison.Ordinal));
        });
        var mistake = Assert.Throws<MistakeException>(() => PublicData.Find("imagenet"));
        Assert.Equal(("RG0340", ExitCode.BadCommandLine), (mistake.Findings[0].Code, mistake.ExitCode));
    }

    [Fact]
    public void Only_data_fetch_and_the_comment_use_the_network()
    {
        var users = Directory.EnumerateFiles(Path.Combine(TestData.Root, "tool", "RobustnessGate"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file) is var text && (text.Contains("HttpClient", StringComparison.Ordinal) || text.Contains("System.Net", StringComparison.Ordinal)))
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "Publishing")
            .Select(Path.GetFileName);
        Assert.Equal(["DataFetch.cs"], users);
    }

    private Task<ImmutableArray<string>> Fetch(PublicData data, TimeSpan? patience = null) =>
        new DataFetch(_http, _progress.Add) { Patience = patience ?? TimeSpan.FromSeconds(20) }.Run(data, _folder.Root, CancellationToken.None);

    private async Task<Finding> Mistake(PublicData data, TimeSpan? patience = null) =>
        Assert.Single((await Assert.ThrowsAsync<MistakeException>(() => Fetch(data, patience))).Findings);

    private static PublicData Data(params Uri[] addresses) => new("set", [Described("file", Content, [], addresses)]);

    private static PublicFile Described(string name, byte[] content, ImmutableArray<string> members, params Uri[] addresses) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), [.. addresses], members);

    private static byte[] TarGz(params (string Name, string Text)[] files)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text)) });
            }
        }

        return DataFolder.Gzip(memory.ToArray());
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }
}
