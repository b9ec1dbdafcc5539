using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Samples;

/// <summary>A temporary folder of small data files, written by code that shares nothing with the readers under test.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("rg-data-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public static DataSection Section(string images, string? labels) =>
        new(images, labels, null, SampleSelection.First, DataScale.Auto, null, null, null);

    public static InputSection Input(params int[] shape) => new([.. shape], new Bounds(0, 1), [], []);

    public string Bytes(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Text(string name, string text) => Bytes(name, Encoding.UTF8.GetBytes(text));

    public string Idx(string name, int[] shape, byte[] values) => Bytes(name, IdxBytes(0x08, shape, values));

    public string Labels(string name, params byte[] labels) => Idx(name, [labels.Length], labels);

    /// <summary>A part of MNIST under the names of its files: images of a bright bar each, where its label says.</summary>
    /// <param name="part">"train" or "t10k".</param>
    public void Mnist(string part, int count)
    {
        var images = new byte[count * 784];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = (byte)((i / 784 % 10) == (i / 28 % 28 / 3) ? 230 : i * 7919 % 40);
        }

        Bytes($"{part}-images-idx3-ubyte.gz", Gzip(IdxBytes(0x08, [count, 28, 28], images)));
        Bytes($"{part}-labels-idx1-ubyte.gz", Gzip(IdxBytes(0x08, [count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))])));
    }

    public string Npy(string name, string descr, int[] shape, byte[] values, bool fortran = false, int version = 1) =>
        Bytes(name, NpyBytes(descr, shape, values, fortran, version));

    public string Floats(string name, int[] shape, params float[] values) =>
        Npy(name, "<f4", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static byte[] IdxBytes(byte type, int[] shape, byte[] values)
    {
        var head = new byte[4 + (4 * shape.Length)];
        (head[2], head[3]) = (type, (byte)shape.Length);
        for (var d = 0; d < shape.Length; d++)
        {
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4 + (4 * d)), shape[d]);
        }

        return [.. head, .. values];
    }

    public static byte[] NpyBytes(string descr, int[] shape, byte[] values, bool fortran = false, int version = 1)
    {
        var tuple = string.Concat(shape.Select(d => d.ToString(CultureInfo.InvariantCulture) + ", "));
        var header = $"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({tuple.TrimEnd()}), }}";
        header = header.PadRight(117) + "\n";
        var length = new byte[version == 1 ? 2 : 4];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. Encoding.UTF8.GetBytes(header), .. values];
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return memory.ToArray();
    }

    public static float[] ReadAll(SampleSet set)
    {
        var all = new float[set.Count * set.Features];
        set.Read(0, set.Count, all);
        return all;
    }

    public string Zip(string name, params (string Name, byte[] Bytes)[] entries)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            foreach (var (entry, bytes) in entries)
            {
                using var stream = zip.CreateEntry(entry).Open();
                stream.Write(bytes);
            }
        }

        return Bytes(name, memory.ToArray());
    }

    /// <summary>Runs what must fail, and returns its only finding. The finding is one line.</summary>
    public static Finding Mistake(Action load, ExitCode exitCode = ExitCode.InvalidInput)
    {
        var mistake = Assert.Throws<MistakeException>(load);
        var finding = Assert.Single(mistake.Findings);
        Assert.Equal(exitCode, mistake.ExitCode);
        Assert.Contains(finding.Code, DiagnosticCatalog.Titles.Keys);
        Assert.DoesNotContain('\n', finding.ToString());
        return finding;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
