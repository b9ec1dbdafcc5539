using Google.Protobuf;
using RobustnessGate.Diagnostics;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>
/// Feeds damaged model files to the loader: bytes flipped, cut, doubled; graphs with other attributes, shapes and wires.
/// A damaged file may load or be refused; anything else is a fault. Runs in a child process, since a fault may be native.
/// </summary>
internal static class ModelFuzzer
{
    public const int Mutants = 600;

    /// <summary>Runs the mutants after the first few and logs each before and after.</summary>
    public static int Run(int skip, string log)
    {
        LibTorch.Load();
        set_num_threads(1);
        using var folder = new ModelFolder();
        using var writer = new StreamWriter(log, append: true) { AutoFlush = true };
        var seeds = Seeds();
        for (var number = skip; number < Mutants; number++)
        {
            var random = new Random(number);
            var (file, bytes, shape) = seeds[number % seeds.Count];
            writer.WriteLine($"start\t{number} {file}");
            writer.WriteLine(Outcome(folder, file, Mutated(file, bytes, random), shape) + $"\t{number} {file}");
        }

        return 0;
    }

    private static List<(string File, byte[] Bytes, int[] Shape)> Seeds()
    {
        using var scope = NewDisposeScope();
        using var module = new SmallModule("small");
        using var dat = new MemoryStream();
        module.save(dat);
        var seeds = new List<(string, byte[], int[])>
        {
            ("w.dat", dat.ToArray(), []),
            ("w.safetensors", SafeTensors.Bytes(module.state_dict().Select(entry => (entry.Key, entry.Value))), []),
        };
        foreach (var file in new[] { "scripted.pt", "frozen.pt" })
        {
            seeds.Add((file, File.ReadAllBytes(ModelFolder.Fixture(file)), [2, 8, 8]));
        }

        seeds.AddRange(new[] { "mlp", "convolutional", "normalised" }.Select(name => (name + ".onnx", Nets.Bytes(name), Nets.Image)));
        seeds.AddRange(OperatorCases.All.Where((_, i) => i % 3 == 0).Select((one, i) =>
            (FormattableString.Invariant($"case{i}.onnx"), one.Graph().Bytes(), one.Input.Skip(1).Select(size => (int)size).ToArray())));
        return seeds;
    }

    /// <summary>"loaded" or "refused" with the code, else the fault.</summary>
    private static string Outcome(ModelFolder folder, string file, byte[] bytes, int[] shape)
    {
        try
        {
            if (shape.Length == 0)
            {
                WeightsFile.Read(bytes, file).Dispose();
                return "loaded\t";
            }

            using var classifier = ModelLoader.Load(ModelFolder.Section(folder.Write(file, bytes), shape));
            using var x = zeros([2, .. shape.Select(size => (long)size)]);
            classifier.Logits(x).Dispose();
            return "loaded\t";
        }
        catch (MistakeException exception)
        {
            return "refused\t" + exception.Findings[0].Code;
        }
        catch (Exception exception)
        {
            return $"fault\t{exception.GetType().Name}: {exception.Message.Split('\n')[0]} {exception.StackTrace?.Split('\n')[0].Trim()}";
        }
    }

    private static byte[] Mutated(string file, byte[] bytes, Random random) =>
        file.EndsWith(".onnx", StringComparison.Ordinal) && random.Next(3) > 0
            ? Regraphed(bytes, random)
            : Damaged(bytes, random);

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var copy = bytes.ToList();
        for (var times = random.Next(1, 6); times > 0 && copy.Count > 8; times--)
        {
            var at = random.Next(copy.Count);
            var length = Math.Min(random.Next(1, 32), copy.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    copy[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    copy[at] = (byte)random.Next(256);
                    break;
                case 2:
                    copy.RemoveRange(at, length);
                    break;
                case 3:
                    copy.InsertRange(at, copy.GetRange(at, length));
                    break;
                default:
                    copy.RemoveRange(at, copy.Count - at);
                    break;
            }
        }

        return [.. copy];
    }

    private static byte[] Regraphed(byte[] bytes, Random random)
    {
        var model = ModelProto.Parser.ParseFrom(bytes);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            Change(model, random);
        }

        return model.ToByteArray();
    }

    private static void Change(ModelProto model, Random random)
    {
        var nodes = model.Graph.Node;
        var node = nodes[random.Next(nodes.Count)];
        long[] numbers = [0, -1, 1, 2, 3, 7, 255, 1 << 20, int.MaxValue, long.MaxValue, long.MinValue];
        var number = numbers[random.Next(numbers.Length)];
        switch (random.Next(7))
        {
            case 0 when node.Attribute.Count > 0:
                var attribute = node.Attribute[random.Next(node.Attribute.Count)];
                attribute.I = number;
                attribute.F = number;
                if (attribute.Ints.Count > 0)
                {
                    attribute.Ints[random.Next(attribute.Ints.Count)] = number;
                }

                break;
            case 1 when node.Attribute.Count > 0:
                node.Attribute.RemoveAt(random.Next(node.Attribute.Count));
                break;
            case 2 when node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = random.Next(2) == 0 ? "" : "x";
                break;
            case 3 when model.Graph.Initializer.Count > 0:
                var tensor = model.Graph.Initializer[random.Next(model.Graph.Initializer.Count)];
                if (tensor.Dims.Count > 0)
                {
                    tensor.Dims[random.Next(tensor.Dims.Count)] = number;
                }

                break;
            case 4 when model.Graph.Initializer.Count > 0:
                // Whatever numbers it holds: shapes, axes, indices, weights.
                var data = model.Graph.Initializer[random.Next(model.Graph.Initializer.Count)];
                var raw = data.RawData.ToByteArray();
                random.NextBytes(raw);
                data.RawData = data.HasRawData ? ByteString.CopyFrom(raw) : data.RawData;
                for (var i = 0; i < data.Int64Data.Count; i++)
                {
                    data.Int64Data[i] = number;
                }

                break;
            case 5:
                var all = RobustnessGate.Models.Onnx.OperatorTable.All;
                node.OpType = all[random.Next(all.Length)].Name;
                break;
            default:
                node.Input.Add(node.Input.Count > 0 ? node.Input[0] : "x");
                break;
        }
    }
}
