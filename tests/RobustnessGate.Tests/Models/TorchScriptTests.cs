using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class TorchScriptTests
{
    private static readonly int[] Shape = [2, 8, 8];

    [Theory]
    [InlineData("scripted.pt", true, 315)]
    [InlineData("traced.pt", true, 315)]
    [InlineData("frozen.pt", false, 0)]
    public void A_TorchScript_file_is_a_classifier(string file, bool supportsDouble, long parameters)
    {
        using var scope = NewDisposeScope();
        using var classifier = Load(file);
        using var other = Load("scripted.pt");
        var x = Numbers.Tensor([3, 2, 8, 8], low: 0);

        Assert.Equal(("torchscript", supportsDouble), (classifier.Network.Format, classifier.Network.SupportsDouble));
        Assert.Equal(parameters, classifier.Network.Parameters);
        Assert.Equal((5, Batching.Native), (classifier.Network.Card.Classes, classifier.Network.Card.Batching));
        Assert.All(Numbers.Floats(other.Logits(x)).Zip(Numbers.Floats(classifier.Logits(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.All(
            Numbers.Floats(Numbers.Gradient(input => other.Logits(input).sum(), x)).Zip(Numbers.Floats(Numbers.Gradient(input => classifier.Logits(input).sum(), x))),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Gradients_in_float64_are_central_differences()
    {
        using var scope = NewDisposeScope();
        using var classifier = Load("traced.pt");
        var x = Numbers.Tensor([2, 2, 8, 8], low: 0);
        var direction = Numbers.Tensor([2, 5], seed: 3).to(ScalarType.Float64);

        Assert.InRange(Numbers.GradientError(input => (classifier.Logits(input) * direction).sum(), x), 0, 1e-6);
    }

    [Fact]
    public void A_network_saved_in_training_mode_is_evaluated_in_evaluation_mode()
    {
        using var scope = NewDisposeScope();
        using var classifier = Load("training.pt");
        var x = Numbers.Tensor([4, 2, 8, 8], low: 0);

        Assert.Equal(Numbers.Floats(classifier.Logits(x)), Numbers.Floats(classifier.Logits(x)));
        Assert.All(
            Numbers.Floats(classifier.Logits(x)).Take(5).Zip(Numbers.Floats(classifier.Logits(x.narrow(0, 0, 1)))),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData("traced-in-training.pt", "RG0422", "training mode")]
    [InlineData("pair.pt", "RG0409", "several values")]
    [InlineData("checkpoint.pt", "RG0402", "can run code")]
    public void What_is_no_classifier_is_refused(string file, string code, string says)
    {
        var finding = ModelFolder.Refusal(ModelFolder.Section(ModelFolder.Fixture(file), Shape));

        Assert.Equal(code, finding.Code);
        Assert.Contains(says, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_input_shape_is_refused()
    {
        var finding = ModelFolder.Refusal(ModelFolder.Section(ModelFolder.Fixture("traced.pt"), 3, 8, 8));

        Assert.Equal("RG0415", finding.Code);
        Assert.Contains("1×3×8×8", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_beyond_memory_is_refused_before_anything_is_allocated() =>
        Assert.Equal("RG0416", ModelFolder.Refusal(ModelFolder.Section(ModelFolder.Fixture("traced.pt"), 2, 30000, 30000)).Code);

    [Fact]
    public void A_mean_for_another_number_of_channels_is_refused()
    {
        var section = ModelFolder.Section(ModelFolder.Fixture("traced.pt"), Shape);

        var finding = ModelFolder.Refusal(section with { Input = section.Input with { Mean = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8] } });

        Assert.Equal("RG0121", finding.Code);
        Assert.Contains("layout: channels-last", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("torch.save(x, \"/tmp/x\")")]
    [InlineData("y = torch.from_file(\"/etc/passwd\", False, 4, dtype=0)")]
    [InlineData("y = ops.aten.from_file(\"/etc/passwd\", False, 4)")]
    [InlineData("t = torch\n    t.save(x, \"/tmp/x\")")]
    [InlineData("(torch. # here\n      save)(x, \"/tmp/x\")")]
    public void A_script_that_would_touch_files_is_refused_before_it_runs(string statement)
    {
        using var folder = new ModelFolder();
        var path = Edited(folder, script => script.Replace("    first = self.first\n", $"    {statement}\n    first = self.first\n", StringComparison.Ordinal));

        Assert.Equal("RG0424", ModelFolder.Refusal(ModelFolder.Section(path, Shape)).Code);
    }

    [Fact]
    public void An_answer_that_is_a_dictionary_is_called_so()
    {
        using var folder = new ModelFolder();
        var path = Edited(folder, script => script
            .Replace("-> Tensor:\n    first", "-> Dict[str, Tensor]:\n    first", StringComparison.Ordinal)
            .Replace("return (last).forward(_0, )", "return {\"logits\": (last).forward(_0, )}", StringComparison.Ordinal));

        var finding = ModelFolder.Refusal(ModelFolder.Section(path, Shape));

        Assert.Equal("RG0409", finding.Code);
        Assert.Contains("a dictionary or another structure", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void A_network_of_another_precision_is_told_to_be_exported_in_float32(ScalarType type)
    {
        using var folder = new ModelFolder();
        var path = folder.Write("other.pt", []);
        using (var module = jit.load(ModelFolder.Fixture("scripted.pt")))
        {
            module.to(type);
            jit.save(module, path);
        }

        var finding = ModelFolder.Refusal(ModelFolder.Section(path, Shape));

        Assert.Equal("RG0415", finding.Code);
        Assert.Contains("Export it in float32", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var folder = new ModelFolder();
        var bytes = File.ReadAllBytes(ModelFolder.Fixture("scripted.pt"));
        var damaged = (byte[])bytes.Clone();
        var code = damaged.AsSpan().IndexOf("def forward"u8);
        "fed"u8.CopyTo(damaged.AsSpan(code));

        Assert.Equal("RG0401", ModelFolder.Refusal(ModelFolder.Section(folder.Write("short.pt", bytes[..4000]), Shape)).Code);
        Assert.Equal("RG0423", ModelFolder.Refusal(ModelFolder.Section(folder.Write("damaged.pt", damaged), Shape)).Code);
    }

    [Theory]
    [InlineData("data/0", "4 bytes, but its tensor claims")]
    [InlineData("data.pkl", "reaches beyond")]
    [InlineData("constants.pkl", "opcode")]
    public void A_tensor_beyond_its_bytes_is_refused(string entry, string says)
    {
        using var folder = new ModelFolder();
        var path = folder.Write("short.pt", File.ReadAllBytes(ModelFolder.Fixture("scripted.pt")));
        using (var archive = System.IO.Compression.ZipFile.Open(path, System.IO.Compression.ZipArchiveMode.Update))
        {
            var old = archive.Entries.Single(there => there.FullName.EndsWith("/" + entry, StringComparison.Ordinal));
            var bytes = new byte[old.Length];
            using (var stream = old.Open())
            {
                stream.ReadExactly(bytes);
            }

            old.Delete();
            using var writer = archive.CreateEntry(old.FullName).Open();
            writer.Write(entry switch
            {
                "data/0" => bytes[..4],
                "data.pkl" => Offset(bytes),
                _ => [0x80, 2, (byte)'?', (byte)'.'],
            });
        }

        var finding = ModelFolder.Refusal(ModelFolder.Section(path, Shape));

        Assert.Equal("RG0423", finding.Code);
        Assert.Contains(says, finding.Message, StringComparison.Ordinal);
    }

    /// <summary>Lays the first tensor one number further into its storage: the persistent id (Q, memo) is followed by offset 0.</summary>
    private static byte[] Offset(byte[] pickle)
    {
        var place = Enumerable.Range(0, pickle.Length - 5)
            .First(i => pickle[i] == 'Q' && pickle[i + 1] == 'q' && pickle[i + 3] == 'K' && pickle[i + 4] == 0);
        pickle[place + 4] = 1;
        return pickle;
    }

    [Fact]
    public void Operators_of_other_libraries_are_named()
    {
        using var folder = new ModelFolder();
        var path = folder.Write("detector.pt", File.ReadAllBytes(ModelFolder.Fixture("pair.pt")));
        using (var archive = System.IO.Compression.ZipFile.Open(path, System.IO.Compression.ZipArchiveMode.Update))
        {
            using var writer = new StreamWriter(archive.CreateEntry("pair/code/more.py").Open());
            writer.Write("boxes = ops.torchvision.nms(a, b, 0.5)\nc = ops.aten.relu(a)\n");
        }

        var finding = ModelFolder.Refusal(ModelFolder.Section(path, Shape));

        Assert.Equal("RG0423", finding.Code);
        Assert.Contains("torchvision::nms", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("aten", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_leaves_no_tensor_behind()
    {
        using var classifier = Load("scripted.pt");
        using var x = zeros([1, 2, 8, 8]);
        classifier.Logits(x).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        classifier.Logits(x).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Classifier Load(string file) => ModelLoader.Load(ModelFolder.Section(ModelFolder.Fixture(file), Shape));

    /// <summary>The scripted network with another script.</summary>
    private static string Edited(ModelFolder folder, Func<string, string> edit)
    {
        const string Script = "scripted/code/__torch__.py";
        var path = folder.Write("edited.pt", File.ReadAllBytes(ModelFolder.Fixture("scripted.pt")));
        using var archive = System.IO.Compression.ZipFile.Open(path, System.IO.Compression.ZipArchiveMode.Update);
        var entry = archive.GetEntry(Script)!;
        string text;
        using (var reader = new StreamReader(entry.Open()))
        {
            text = reader.ReadToEnd();
        }

        entry.Delete();
        using var writer = new StreamWriter(archive.CreateEntry(Script).Open());
        Assert.NotEqual(text, edit(text));
        writer.Write(edit(text));
        return path;
    }
}
