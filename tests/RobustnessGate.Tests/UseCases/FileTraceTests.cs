using System.Text;
using Google.Protobuf;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Policies;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.UseCases;

public sealed class FileTraceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trace ").FullName;

    [Fact]
    public void An_assembly_s_weights_and_neighbours_are_inputs()
    {
        var policy = Policy(Written("net.dll"), "images.npy");
        policy = policy with { Model = policy.Model with { Weights = Written("weights.dat") } };
        Written("layers.dll");

        Assert.Equal(["images.npy", "layers.dll", "net.dll", "weights.dat"], Inputs(policy));
    }

    [Fact]
    public void External_data_are_inputs_wherever_their_tensor_stands()
    {
        var deep = new string('d', 150) + "/weights.bin";
        var graph = new GraphProto { Initializer = { External("a.data") } };
        graph.Node.Add(new NodeProto { Attribute = { new AttributeProto { T = External(deep) } } });
        File.WriteAllBytes(In("net.onnx"), new ModelProto { Graph = graph }.ToByteArray());
        Written("a.data");
        Written(deep);
        Written("b.data");

        Assert.Equal(["a.data", deep, "images.npy", "net.onnx"], Inputs(Policy(In("net.onnx"), "images.npy")));
    }

    [Fact]
    public void A_part_of_an_archive_is_its_file_and_a_folder_is_named_besides_its_files()
    {
        Written("images.zip");
        Written("classes/cat/1.png");
        var policy = Policy(Written("net.onnx"), "images.zip#test");
        policy = policy with { Data = policy.Data with { Labels = In("classes") } };

        Assert.Equal(["classes/cat/1.png", "images.zip", "net.onnx"], Inputs(policy));
        Assert.Equal<string>([In("classes")], FileTrace.Of(policy, [], []).Folders);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TensorProto External(string location) =>
        new() { Name = "w", ExternalData = { new StringStringEntryProto { Key = "location", Value = location } } };

    private Policy Policy(string model, string images)
    {
        var policy = Scene.Policy();
        return policy with { Model = policy.Model with { Path = model }, Data = policy.Data with { Images = In(images) } };
    }

    /// <summary>Those in the folder; the policy and the tool itself are elsewhere.</summary>
    private IEnumerable<string> Inputs(Policy policy) => FileTrace.Of(policy, [], []).Inputs
        .Where(path => path.StartsWith(_folder, StringComparison.Ordinal)).Select(path => path[(_folder.Length + 1)..]).Order(StringComparer.Ordinal);

    private string In(string name) => Path.Combine(_folder, name);

    private string Written(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), "x", Encoding.UTF8);
        return In(name);
    }
}
