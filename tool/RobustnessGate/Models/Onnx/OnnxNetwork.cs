using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Policies;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// An ONNX file as a differentiable function. Its floating-point initialisers are named parameters, frozen until
/// someone asks for their gradients; a float64 input runs on float64 copies of them.
/// </summary>
internal sealed class OnnxNetwork : IOpenedNetwork, ITrainableNetwork
{
    private readonly string _display;
    private readonly OnnxOptions _options;
    private readonly GraphProgram _program;
    private readonly IReadOnlyDictionary<int, Value> _constants;
    private readonly BatchRunner _batches;
    private readonly byte[]? _externalDigest;
    private readonly bool _skips;
    private readonly bool _normalisesBatches;

    /// <param name="isWhole">Whether nothing is cut off behind which the shape changes.</param>
    private OnnxNetwork(byte[] bytes, string display, string? folder, OnnxOptions options, bool isWhole = false)
    {
        _display = display;
        _options = options;
        var model = OnnxFile.Parse(bytes, display);
        var output = ClassifierOutput.Of(model, display);
        output = isWhole && output.Skipped is not null ? new(output.Name, null) : output;
        output.Skip(model);
        _skips = output is { Skipped: not null, Normalises: true };
        var graph = Read(model, output);
        if (graph.Inputs is not [var input])
        {
            throw MistakeException.InFile("RG0411", display, graph.Inputs.Count == 0
                ? "the model has no input; a classifier needs one."
                : $"the model has {graph.Inputs.Count} inputs: {string.Join(", ", graph.Inputs.Select(i => i.Name))}. A classifier needs exactly one; export the others as constants.");
        }

        var declared = DeclaredShape.Of(input, options.InputShape, display);
        InputShape = declared.Features;
        using var external = folder is null ? null : new ExternalData(folder);
        (_constants, Weights) = Initialisers(graph, new TensorReader(external));
        _externalDigest = external?.Digest;
        Parameters = Weights.Sum(weight => weight.Value.numel());
        _program = new GraphProgram(graph, _constants);
        // Exporters write statistics of a batch as means over its axis.
        _normalisesBatches = model.Graph.Node.Any(node => node.OpType == "BatchNormalization"
            || (node.OpType == "ReduceMean" && node.Attribute.Any(attribute => attribute.Name == "axes" && attribute.Ints.Contains(0))));
        try
        {
            _batches = BatchRunner.Probe(Run, declared.Batch, declared.Features, options.Bounds);
            RefuseMixing(declared, options.Bounds);
            if (output.Normalises && _batches.OutputShape is [_, 1, ..])
            {
                throw MistakeException.InFile("RG0410", display,
                    $"the network ends in {output.Cut} over a single output, which is 1 whatever the input: it tells no classes apart. A binary network with one output ends in a sigmoid.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Card = GradientPath.Describe(graph, options.StraightThrough) with
        {
            Summary = $"ONNX opset {new OpsetVersions(model.OpsetImport).Of("")}",
            Classes = LogitShape.Classes(_batches.OutputShape),
            Batching = _batches.Batching,
            Notes = [.. Notes(output, _batches.Batching, options.StraightThrough), .. Precision.Notes(model)],
        };
    }

    public string Format => "onnx";

    public bool SupportsDouble => true;

    public bool IsOwnGraph => true;

    public long Parameters { get; }

    public IReadOnlyList<long>? InputShape { get; }

    public ModelCard Card { get; }

    IReadOnlyList<long> IOpenedNetwork.ProbeOutput => _batches.OutputShape;

    byte[]? IOpenedNetwork.ExternalDigest => _externalDigest;

    /// <summary>
    /// The floating-point initialisers in file order, without the statistics of BatchNormalization and single numbers;
    /// names as in the file. Set <c>requires_grad</c> to train them, then call <see cref="WeightsChanged"/>.
    /// </summary>
    public IReadOnlyList<(string Name, Parameter Value)> Weights { get; }

    /// <exception cref="MistakeException">RG04xx: what is wrong with the file.</exception>
    public static OnnxNetwork Load(string path, OnnxOptions? options = null) =>
        Parse(File.ReadAllBytes(path), ShownPath.Of(path), options, Path.GetDirectoryName(Path.GetFullPath(path)));

    /// <param name="display">What messages call the file.</param>
    /// <param name="folder">Where weights outside the file may lie; null for nowhere.</param>
    /// <exception cref="MistakeException">RG04xx: what is wrong with the bytes.</exception>
    public static OnnxNetwork Parse(byte[] bytes, string display, OnnxOptions? options = null, string? folder = null)
    {
        var network = new OnnxNetwork(bytes, display, folder, options ?? OnnxOptions.Default);
        if (!network._skips)
        {
            return network;
        }

        // A softmax over something else than the classes, as within attention, is part of the network.
        var whole = new OnnxNetwork(bytes, display, folder, options ?? OnnxOptions.Default, isWhole: true);
        var (kept, other) = network.IsLogitsOf(whole, options) ? (network, whole) : (whole, network);
        other.Dispose();
        return kept;
    }

    /// <summary>Whether the other network answers with the softmax of this one's answers.</summary>
    private bool IsLogitsOf(OnnxNetwork whole, OnnxOptions? options)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var row = BatchRunner.Noise([.. InputShape!], (options ?? OnnxOptions.Default).Bounds).narrow(0, 0, 1).to_type(ScalarType.Float64);
        var (logits, answer) = (Forward(row), whole.Forward(row));
        return logits.dim() == 2 && logits.shape.SequenceEqual(answer.shape) && logits.softmax(1).allclose(answer, atol: 1e-9);
    }

    IReadOnlyList<(string Name, Tensor Value)> ITrainableNetwork.Weights => [.. Weights.Select(weight => (weight.Name, (Tensor)weight.Value))];

    StageGraph? ITrainableNetwork.Stages(ScalarType type)
    {
        if (_batches.Batching == Batching.Chunks || _batches.OutputShape is not [_, > 1] || InputShape is not { } shape
            || new StageReader(_program.Graph, _constants, slot => _program.Constant(slot, new RunMode(type, CPU)), type).Read() is not { } graph)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        graph.Forward(zeros([1, .. shape], dtype: type));
        return graph.Links.All(link => link.Stage.RanksAgree) ? graph : null;
    }

    public Tensor Forward(Tensor input) => GradientTie.Tied(input, _batches.Forward(input));

    /// <summary>To be called after the weights changed: forgets the float64 copies and all that was computed from them.</summary>
    public void WeightsChanged() => _program.ConstantsChanged();

    byte[] ITrainableNetwork.Rewritten(ModelSection model)
    {
        using var scope = NewDisposeScope();
        return OnnxRewriter.WithInitialisers(
            File.ReadAllBytes(model.WeightsFile), Weights.ToDictionary(weight => weight.Name, weight => weight.Value.detach()));
    }

    public void Dispose()
    {
        _program.Dispose();
        foreach (var value in _constants.Values)
        {
            value.Native?.Dispose();
        }
    }

    /// <summary>Where the file leaves the batch free, an input's answer must not depend on what stands beside it.</summary>
    private void RefuseMixing(DeclaredShape declared, Bounds? bounds)
    {
        if (declared.Batch is not null || _batches.Batching != Batching.Chunks)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var pair = BatchRunner.Noise(declared.Features, bounds);
        if (BatchRunner.TakesPairs(input => Run(input, null), pair, _batches.OutputShape))
        {
            if (!_normalisesBatches)
            {
                throw MistakeException.InFile("RG0436", _display,
                    "the network gives an input another answer when it stands in a batch, although the file leaves the batch size free: a node takes the inputs of a batch together. " +
                    "What is measured would depend on the samples beside it. Export with a batch of one, or mend the graph.");
            }

            throw MistakeException.InFile("RG0422", _display,
                "the network gives an input another answer when it stands in a batch, although the file leaves the batch size free: batch normalisation is in training mode. " +
                "What is measured would depend on the samples beside it. Call eval() before exporting.");
        }
    }

    private OnnxGraph Read(ModelProto model, ClassifierOutput output)
    {
        try
        {
            return GraphReader.Read(model, [output.Name]);
        }
        catch (UnsupportedNodesException exception)
        {
            throw Unsupported(exception.Nodes);
        }
        catch (UnsupportedException exception)
        {
            throw MistakeException.InFile("RG0412", _display, $"the graph is not supported: {exception.Message}. A classifier takes one tensor.");
        }
        catch (InvalidDataException exception)
        {
            throw OnnxFile.Damaged(_display, exception.Message);
        }
    }

    private MistakeException Unsupported(IReadOnlyList<UnsupportedNode> nodes)
    {
        var list = string.Join(", ", nodes.Select(node => node.Reason is null ? node.Display : $"{node.Display}: {node.Reason}"));
        var subject = nodes.Count == 1 ? "1 node is not supported" : $"{nodes.Count} nodes are not supported";
        return MistakeException.InFile("RG0412", _display,
            $"{subject}: {list}. RobustnessGate needs a differentiable classifier; export the part up to the logits.");
    }

    private (IReadOnlyDictionary<int, Value>, IReadOnlyList<(string, Parameter)>) Initialisers(OnnxGraph graph, TensorReader reader)
    {
        var statistics = graph.Nodes.Where(node => node.Op == "BatchNormalization").SelectMany(node => node.Inputs.Skip(3).Take(2)).ToHashSet();
        var constants = new Dictionary<int, Value>();
        var weights = new List<(string, Parameter)>();
        foreach (var (slot, proto) in graph.Constants)
        {
            var value = ReadTensor(reader, proto);
            if (value.Native is not { } tensor || !ElementTypes.IsFloat(tensor.dtype))
            {
                constants[slot] = value;
                continue;
            }

            // Half precision is a way of storing: everything runs in float32 or float64.
            var master = tensor.dtype == ScalarType.Float64 ? tensor : tensor.to_type(ScalarType.Float32, disposeAfter: true);
            var parameter = new Parameter(master.DetachFromDisposeScope(), requires_grad: false);
            constants[slot] = parameter;
            if (parameter.dim() > 0 && !statistics.Contains(slot))
            {
                weights.Add((proto.Name, parameter));
            }
        }

        return (constants, weights);
    }

    private Value ReadTensor(TensorReader reader, TensorProto proto)
    {
        try
        {
            return reader.Read(proto);
        }
        catch (InvalidDataException exception)
        {
            throw OnnxFile.Damaged(_display, exception.Message);
        }
        catch (UnsupportedException exception)
        {
            throw MistakeException.InFile("RG0412", _display, $"initialiser '{proto.Name}' is not supported: {exception.Message}.");
        }
        catch (ExternalDataException exception)
        {
            throw MistakeException.InFile("RG0406", _display,
                $"{exception.Message}. Weights may lie in files of the model's own folder and nowhere else; export the model as one file, or keep its parts together.");
        }
    }

    /// <summary>One pass through the graph; an error inside a node is the model's or its input's, and names the node.</summary>
    private Tensor Run(Tensor input, long? batch)
    {
        try
        {
            var mode = new RunMode(input.dtype, input.device, batch, _options.StraightThrough);
            return LogitShape.Floating(_program.Run([input], mode)[0].ToTensor(input.device), _display);
        }
        catch (NodeException exception) when (exception.InnerException is UnsupportedException)
        {
            throw MistakeException.InFile("RG0412", _display,
                $"1 node is not supported on an input of shape {string.Join('×', input.shape)}: {exception.Message}. " +
                "Compare model.input.shape with what the network was exported for, or export the part up to the logits.");
        }
        catch (NodeException exception)
        {
            throw MistakeException.InFile("RG0415", _display,
                $"the network fails on an input of shape {string.Join('×', input.shape)}: {exception.Message}. " +
                "Compare model.input.shape with what the network was exported for.");
        }
    }

    private static ImmutableArray<string> Notes(ClassifierOutput output, Batching batching, bool straightThrough)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (output.Cut is { } softmax)
        {
            notes.Add($"The final {softmax} was cut off: attacks and margins work on logits, and the order of the classes is the same.");
        }

        if (batching == Batching.Chunks)
        {
            notes.Add("The file fixes the batch size, so batches go through in pieces, which is slow; export it with a dynamic batch.");
        }

        if (straightThrough)
        {
            notes.Add("Gradients pass straight through rounding, as the policy says: outputs and counts are those of the network, but gradients and the indicator are those of one that does not round.");
        }

        return notes.ToImmutable();
    }
}
