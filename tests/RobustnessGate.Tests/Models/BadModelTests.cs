using RobustnessGate.Diagnostics;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Policies;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>Every bad model file has a code and a message that says what, why and what to do.</summary>
public sealed class BadModelTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    /// <summary>Name of the case, file name, expected code, words of the message, the file's bytes.</summary>
    private static readonly (string Case, string File, string Code, string Says, Func<byte[]> Bytes)[] Cases =
    [
        ("no bytes", "m.bin", "RG0401", "empty", () => []),
        ("random bytes", "m.bin", "RG0401", "not recognised", () => Noise(4096)),
        ("random bytes as ONNX", "m.onnx", "RG0405", "not a complete ONNX model", () => Noise(4096)),
        ("no bytes as ONNX", "m.onnx", "RG0401", "the file is empty", () => []),
        ("text as ONNX", "m.onnx", "RG0405", "not a complete ONNX model", () => "hello, this is not a model"u8.ToArray()),
        ("truncated ONNX", "m.onnx", "RG0405", "truncated", () => Nets.Bytes("mlp")[..2000]),
        ("ONNX cut at a tensor", "m.onnx", "RG0405", "nothing before it computes", WithoutInitialiser),
        ("pickle", "m.pt", "RG0402", "can run code", () => [0x80, 2, (byte)'}', (byte)'q', 0, (byte)'.']),
        ("pickle with another name", "m.onnx", "RG0402", "torch.onnx.export", () => [0x80, 4, (byte)'}', (byte)'.']),
        ("HDF5", "m.h5", "RG0401", "Keras", () => [0x89, .. "HDF\r\n\n"u8]),
        ("LFS pointer", "m.onnx", "RG0401", "git lfs pull", () => "version https://git-lfs.github.com/spec/v1\n"u8.ToArray()),
        ("empty zip", "m.pt", "RG0401", "no network", EmptyZip),
        ("damaged zip", "m.pt", "RG0401", "damaged", () => [(byte)'P', (byte)'K', 3, 4, 0, 0, 0]),
        ("a script that unpacks without end", "m.pt", "RG0423", "its scripts claim", () => Archive("m/code/a.py", 65 << 20)),
        ("a tensor that unpacks without end", "m.pt", "RG0423", "claim to unpack to", () => Archive("m/data/0", 65 << 20)),
        ("a script longer than it claims", "m.pt", "RG0423", "checksum", Understated),
        ("channels last in the file", "m.onnx", "RG0408", "Write shape: [?, ?, 3] and layout: channels-last", () => new Graphs(13, [-1, -1, -1, 3], -1, 4).Node("Flatten", "x", "y").Bytes()),
        ("batch statistics", "m.onnx", "RG0422", "Call eval() before exporting", BatchStatistics),
        ("batches mixed without batch normalisation", "m.onnx", "RG0436", "takes the inputs of a batch together", () => new Graphs(13, [-1, 4], -1, 4)
            .Node("ReduceMax", "x", "most", ("axes", new[] { 0 }), ("keepdims", 1)).Node("Sub", "x,most", "y").Bytes()),
        ("opset of the future", "m.onnx", "RG0407", "opset 99", () => Linear(opset: 99).Bytes()),
        ("opset of long ago", "m.onnx", "RG0407", "opset 6; the oldest", () => Linear(opset: 6).Bytes()),
        ("other shape", "m.onnx", "RG0408", "[4]", () => Linear(features: 6).Bytes()),
        ("other rank", "m.onnx", "RG0408", "[?, 2, 2]", () => new Graphs(13, [-1, 2, 2], -1, 4).Node("Flatten", "x", "y").Bytes()),
        ("three dimensions out", "m.onnx", "RG0409", "[2, 2, 2]", () => new Graphs(13, [-1, 4], -1, 2, 2).Integers("s", 0, 2, 2).Node("Reshape", "x,s", "y").Bytes()),
        ("no class", "m.onnx", "RG0410", "0 outputs", () => Linear(classes: 0).Bytes()),
        ("two inputs", "m.onnx", "RG0411", "x, z", TwoInputs),
        ("two outputs", "m.onnx", "RG0411", "y, z", TwoOutputs),
        ("integer output", "m.onnx", "RG0411", "no floating-point output", IntegerOutput),
        ("unknown operators", "m.onnx", "RG0412", "'NonMaxSuppression' (n0), 'com.acme.Magic' (n1)", UnknownOperators),
        ("an output that its operator does not have", "m.onnx", "RG0412", "no node computes it", () => new Graphs(13, [-1, 4], -1, 4).Node("Relu", "x", "z,y").Bytes()),
        ("training mode", "m.onnx", "RG0412", "training mode", TrainingMode),
        ("string weights", "m.onnx", "RG0412", "string", () => Broken(tensor => tensor.DataType = (int)DataType.String)),
        ("weights shorter than their shape", "m.onnx", "RG0405", "should hold 48 bytes but holds 40", () => Broken(tensor => tensor.RawData = Google.Protobuf.ByteString.CopyFrom(new byte[40]))),
        ("weights with a negative dimension", "m.onnx", "RG0405", "dimension of -4", () => Broken(tensor => tensor.Dims[0] = -4)),
        ("weights of absurd size", "m.onnx", "RG0405", "claims", () => Broken(tensor => tensor.Dims[0] = long.MaxValue)),
        ("external data missing", "m.onnx", "RG0406", "does not exist", () => External("weights.bin")),
        ("external data outside", "m.onnx", "RG0406", "outside the model's folder", () => External("../weights.bin")),
        ("external data at an absolute path", "m.onnx", "RG0406", "outside the model's folder", () => External("/etc/hostname")),
        ("external data without a place", "m.onnx", "RG0406", "outside the model's folder", () => External("")),
        ("external data too short", "m.onnx", "RG0406", "48 bytes at offset 0", () => External("short.bin")),
        ("external offset beyond the end", "m.onnx", "RG0406", "offset 9000000000000000000", () => External("short.bin", offset: "9000000000000000000")),
        ("external offset no number", "m.onnx", "RG0406", "not a number", () => External("short.bin", offset: "-1")),
        ("shapes that do not fit", "m.onnx", "RG0415", "'MatMul' (n0)", () => new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([5, 3])).Node("MatMul", "x,w", "y").Bytes()),
        ("a value defined twice", "m.onnx", "RG0405", "defined twice", () => Linear().Node("Relu", "x", "y").Bytes()),
        ("a cycle", "m.onnx", "RG0405", "nothing before it computes", () => new Graphs(13, [-1, 4], -1, 4).Node("Add", "x,b", "a").Node("Relu", "a", "b").Node("Relu", "b", "y").Bytes()),
        ("a function that calls itself", "m.onnx", "RG0405", "calls itself", Recursive),
        ("absurd input", "m.onnx", "RG0408", "[4]", () => new Graphs(13, [-1, 1L << 40], -1, 4).Node("Relu", "x", "y").Bytes()),
        ("absurd batch", "m.onnx", "RG0416", "No classifier needs that", () => new Graphs(13, [1L << 40, 4], -1, 4).Node("Relu", "x", "y").Bytes()),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(bad => bad.Case)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bad_file_is_refused_with_its_code(string name)
    {
        var (_, file, code, says, bytes) = Cases.Single(bad => bad.Case == name);
        File.WriteAllBytes(Path.Combine(_folder.Root, "short.bin"), new byte[8]);
        File.WriteAllBytes(Path.Combine(_folder.Root, file), bytes());

        var finding = ModelFolder.Refusal(Section(file, name));

        Assert.Equal(code, finding.Code);
        Assert.Contains(says, finding.Message, StringComparison.Ordinal);
        Assert.Equal(ShownPath.Of(Path.Combine(_folder.Root, file)), finding.Where?.File);
    }

    [Fact]
    public void A_missing_file_is_refused() => Assert.Equal("RG0403", ModelFolder.Refusal(Section("nobody.onnx")).Code);

    [Fact]
    public void A_folder_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Root, "folder.onnx"));
        Assert.Equal("RG0403", ModelFolder.Refusal(Section("folder.onnx")).Code);
    }

    [Fact]
    public void Another_hash_than_the_pin_is_refused_before_the_file_is_parsed()
    {
        File.WriteAllBytes(Path.Combine(_folder.Root, "m.onnx"), Noise(64));
        Assert.Equal("RG0404", ModelFolder.Refusal(Section("m.onnx") with { Sha256 = new string('0', 64) }).Code);
    }

    [Fact]
    public void A_name_out_of_a_file_cannot_paint_break_or_flood_a_message()
    {
        var graph = new Graphs(13, [-1, 4], -1, 4).Node("Magic\u001b[31m\u202e\n## passed\u0007", "x", "y");
        graph.Model.Graph.Node[0].Name = new string('n', 1 << 20);
        File.WriteAllBytes(Path.Combine(_folder.Root, "m.onnx"), graph.Bytes());

        var finding = ModelFolder.Refusal(Section("m.onnx"));

        Assert.Equal("RG0412", finding.Code);
        Assert.Contains("'Magic[31m ## passed'", finding.Message, StringComparison.Ordinal);
        Assert.InRange(finding.Message.Length, 1, 500);
        Assert.All(finding.Message, c => Assert.False(char.IsControl(c)));
        Assert.All(
            new[] { (new string('x', 1 << 20), 300), (string.Concat(Enumerable.Repeat("x ", 1 << 19)), 20_000) },
            flood => Assert.Equal(flood.Item2, Assert.Single(MistakeException.InFile("RG0401", "m", flood.Item1).Findings).Message.Length));
    }

    [Fact]
    public void A_link_that_leads_out_of_the_folder_is_refused()
    {
        var outside = Path.Combine(Path.GetTempPath(), Path.GetFileName(_folder.Root) + ".bin");
        File.WriteAllBytes(outside, new byte[48]);
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "link.bin"), outside);
        File.WriteAllBytes(Path.Combine(_folder.Root, "m.onnx"), External("link.bin"));

        Assert.Equal("RG0406", ModelFolder.Refusal(Section("m.onnx")).Code);
        File.Delete(outside);
    }

    [Fact]
    public void Weights_beside_the_model_are_read()
    {
        var values = Numbers.Uniform(12);
        File.WriteAllBytes(Path.Combine(_folder.Root, "weights.bin"), [.. new byte[16], .. System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values)]);
        File.WriteAllBytes(Path.Combine(_folder.Root, "m.onnx"), External("weights.bin", offset: "16"));

        using var classifier = ModelLoader.Load(Section("m.onnx"));
        using var logits = classifier.Logits(TorchSharp.torch.ones(1, 4));

        var sums = Enumerable.Range(0, 3).Select(column => Enumerable.Range(0, 4).Sum(row => values[(row * 3) + column]));
        Assert.All(sums.Zip(Numbers.Floats(logits)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    public void Dispose() => _folder.Dispose();

    private ModelSection Section(string file, string name = "") =>
        ModelFolder.Section(Path.Combine(_folder.Root, file), name == "channels last in the file" ? [3, 2, 2] : [4]);

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private static Graphs Linear(int opset = 13, int features = 4, int classes = 3) => new Graphs(opset, [-1, features], -1, classes)
        .Initialiser("w", Numbers.Tensor([features, classes])).Node("MatMul", "x,w", "y");

    private static byte[] WithoutInitialiser()
    {
        var graph = Linear();
        graph.Model.Graph.Initializer.Clear();
        return graph.Bytes();
    }

    private static byte[] Broken(Action<TensorProto> change)
    {
        var graph = Linear();
        change(graph.Model.Graph.Initializer[0]);
        return graph.Bytes();
    }

    private static byte[] External(string location, string offset = "0") => Broken(tensor =>
    {
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset });
    });

    /// <summary>Batch normalisation as exporters write it in training mode: with mean over the batch.</summary>
    private static byte[] BatchStatistics() => new Graphs(13, [-1, 4], -1, 4)
        .Node("ReduceMean", "x", "mean", ("axes", new[] { 0 }), ("keepdims", 1)).Node("Sub", "x,mean", "y").Bytes();

    private static byte[] EmptyZip()
    {
        using var stream = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("readme.txt");
        }

        return stream.ToArray();
    }

    /// <summary>A script archive with one entry of spaces, which shrink a thousand times.</summary>
    private static byte[] Archive(string name, int size)
    {
        using var stream = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("m/code/__torch__.py");
            using var entry = archive.CreateEntry(name).Open();
            entry.Write([.. Enumerable.Repeat((byte)' ', size)]);
        }

        return stream.ToArray();
    }

    /// <summary>Wherever the entry's length stands, one that no limit minds.</summary>
    private static byte[] Understated()
    {
        const int Size = (65 << 20) + 7;
        var bytes = Archive("m/code/a.py", Size);
        var length = BitConverter.GetBytes(Size);
        for (int at; (at = bytes.AsSpan().IndexOf(length)) >= 0;)
        {
            BitConverter.GetBytes(1000).CopyTo(bytes, at);
        }

        return bytes;
    }

    private static byte[] TwoInputs()
    {
        var graph = new Graphs(13, [-1, 4], -1, 4).Node("Add", "x,z", "y");
        graph.Model.Graph.Input.Add(Graphs.Value("z", [-1, 4]));
        return graph.Bytes();
    }

    private static byte[] TwoOutputs()
    {
        var graph = new Graphs(13, [-1, 4], -1, 4).Node("Relu", "x", "y").Node("Relu", "x", "z");
        graph.Model.Graph.Output.Add(Graphs.Value("z", [-1, 4]));
        return graph.Bytes();
    }

    private static byte[] IntegerOutput()
    {
        var graph = new Graphs(13, [-1, 4], -1, 4).Node("Identity", "x", "y");
        graph.Model.Graph.Output[0] = Graphs.Value("y", [-1, 4], DataType.Int64);
        return graph.Bytes();
    }

    private static byte[] UnknownOperators()
    {
        var graph = new Graphs(13, [-1, 4], -1, 4).Node("NonMaxSuppression", "x", "a").Node("Magic", "a", "b").Node("Relu", "b", "y");
        graph.Model.Graph.Node[1].Domain = "com.acme";
        return graph.Node("AlsoUnknownButDead", "x", "nobody").Bytes();
    }

    private static byte[] TrainingMode() => new Graphs(14, [-1, 4], -1, 4)
        .Initialiser("p", Numbers.Tensor([4], low: 1, high: 2))
        .Node("BatchNormalization", "x,p,p,p,p", "y", ("training_mode", 1)).Bytes();

    private static byte[] Recursive()
    {
        var graph = new Graphs(17, [-1, 4], -1, 4).Node("Loop", "x", "y");
        graph.Model.Graph.Node[0].Domain = "local";
        graph.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        graph.Model.Functions.Add(new FunctionProto
        {
            Name = "Loop", Domain = "local", Input = { "a" }, Output = { "b" }, OpsetImport = { graph.Model.OpsetImport },
            Node = { new NodeProto { OpType = "Loop", Domain = "local", Input = { "a" }, Output = { "b" } } },
        });
        return graph.Bytes();
    }
}
