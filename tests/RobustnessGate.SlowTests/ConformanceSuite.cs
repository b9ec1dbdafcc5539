using System.Globalization;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Native;
using RobustnessGate.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.SlowTests;

/// <summary>
/// The ONNX backend test suite: a folder a case, with a model and inputs and outputs. Compares as the suite's own runner
/// does: same type and shape, relative tolerance 1e-3, absolute 1e-7.
/// </summary>
internal static class ConformanceSuite
{
    public const string Folder = "/usr/share/libonnx-testdata/data";

    private static readonly string[] Groups = ["node", "pytorch-converted", "pytorch-operator", "simple"];

    public static IReadOnlyList<string> Cases(string folder) =>
        [.. Groups.SelectMany(group => Directory.GetDirectories(Path.Combine(folder, group)).Order(StringComparer.Ordinal))];

    /// <summary>Runs the cases after the first few, and logs each before and after, so that a crash names its case.</summary>
    public static int Run(string folder, int skip, string log)
    {
        LibTorch.Load();
        set_num_threads(1);
        using var writer = new StreamWriter(log, append: true) { AutoFlush = true };
        foreach (var path in Cases(folder).Skip(skip))
        {
            var name = Path.GetRelativePath(folder, path);
            writer.WriteLine("start\t" + name);
            writer.WriteLine(Outcome(path) + "\t" + name);
        }

        return 0;
    }

    /// <summary>"pass", or "refused" or "wrong" with the reason.</summary>
    private static string Outcome(string path)
    {
        using var scope = NewDisposeScope();
        try
        {
            return Compare(path) is { } difference ? "wrong\t" + difference : "pass\t";
        }
        catch (UnsupportedNodesException exception)
        {
            return "refused\t" + string.Join(", ", exception.Nodes.Select(node => $"{node.Display} {node.Reason}"));
        }
        catch (UnsupportedException exception)
        {
            return "refused\t" + exception.Message;
        }
        catch (NodeException exception) when (exception.InnerException is UnsupportedException)
        {
            return "refused\t" + exception.Message;
        }
        catch (Exception exception)
        {
            return "wrong\t" + exception.GetType().Name + ": " + exception.Message.Split('\n')[0];
        }
    }

    private static string? Compare(string path)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(path, "model.onnx")));
        var graph = GraphReader.Read(model);
        var reader = new TensorReader(new ExternalData(path));
        using var program = new GraphProgram(graph, graph.Constants.ToDictionary(constant => constant.Slot, constant => reader.Read(constant.Tensor)));
        foreach (var data in Directory.GetDirectories(path, "test_data_set_*").Order(StringComparer.Ordinal))
        {
            var outputs = program.Run([.. graph.Inputs.Select((_, i) => reader.Read(Tensor(data, "input", i)))], new RunMode(null, CPU));
            for (var i = 0; i < outputs.Length; i++)
            {
                var expected = Tensor(data, "output", i);
                if (Difference(reader.Read(expected), outputs[i], ElementTypes.Native(expected.DataType)) is { } difference)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"output {i}: {difference}");
                }
            }
        }

        return null;
    }

    private static TensorProto Tensor(string data, string kind, int index) => TensorProto.Parser.ParseFrom(
        File.ReadAllBytes(Path.Combine(data, string.Create(CultureInfo.InvariantCulture, $"{kind}_{index}.pb"))));

    private static string? Difference(Value expected, Value actual, ScalarType type)
    {
        if (actual.Type != type || !actual.Shape.SequenceEqual(expected.Shape))
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{actual.Type} [{string.Join(",", actual.Shape)}] instead of {type} [{string.Join(",", expected.Shape)}]");
        }

        var (a, b) = (Numbers.Doubles(expected.ToTensor(CPU).reshape(-1)), Numbers.Doubles(actual.ToTensor(CPU).reshape(-1)));
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i] && !(double.IsNaN(a[i]) && double.IsNaN(b[i])) && !(Math.Abs(a[i] - b[i]) <= 1e-7 + (1e-3 * Math.Abs(a[i]))))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{b[i]} instead of {a[i]} at {i}");
            }
        }

        return null;
    }
}
