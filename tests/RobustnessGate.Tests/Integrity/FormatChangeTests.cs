using System.Collections.Immutable;
using System.IO.Compression;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>A model that is data and becomes code: in any name, from and to any format.</summary>
public sealed class FormatChangeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("robustness-gate-format-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("onnx", "m.onnx", "assembly", "m.dll", "onnx → assembly")]
    [InlineData("onnx", "m.onnx", "assembly", "m.onnx", "onnx → assembly")]
    [InlineData("onnx", "m.onnx", "torchscript", "m.pt", "onnx → torchscript")]
    [InlineData("torchscript", "m.pt", "assembly", "m.pt", "torchscript → assembly")]
    [InlineData("nothing", "m.onnx", "assembly", "m.dll", "onnx → assembly")]
    [InlineData("nothing", "model", "torchscript", "model", "unknown → torchscript")]
    [InlineData("onnx", "m.onnx", "onnx", "n.onnx", null)]
    [InlineData("assembly", "m.dll", "torchscript", "m.pt", null)]
    [InlineData("assembly", "m.dll", "onnx", "m.onnx", null)]
    [InlineData("torchscript", "m.pt", "torchscript", "n.pt", null)]
    public void A_change_towards_code_is_weaker(string before, string pathBefore, string after, string pathAfter, string? change)
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, pathAfter), Bytes(after)!);

        var found = FormatChange.Of(new OneFile(Bytes(before)), "commit", Section(pathBefore), Section(pathAfter)).ToArray();

        Assert.Equal(change, found is [var single] ? $"{single.Before} → {single.After}" : null);
        Assert.All(found, weaker => Assert.Equal(("model.format", JudgeEffect.Weaker), (weaker.Field, weaker.Effect)));
    }

    private ModelSection Section(string path) => Scene.Policy().Model with { Path = Path.Combine(_folder.FullName, path) };

    private static byte[]? Bytes(string format)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("m/code/__torch__.py");
        }

        return format switch { "onnx" => [0x08, 0x07], "assembly" => [(byte)'M', (byte)'Z'], "torchscript" => zip.ToArray(), _ => null };
    }

    private sealed class OneFile(byte[]? content) : IRepository
    {
        public ImmutableArray<string> StateFiles => [];

        public ImmutableArray<string> Judges(string reference) => throw new NotSupportedException();

        public bool Holds(string reference, string commit) => throw new NotSupportedException();

        public byte[]? Read(string commit, string path) => content;

        public (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths) => throw new NotSupportedException();
    }
}
