using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Parsing;

/// <summary>A model and its data, from a policy or from options of their own; options are stronger.</summary>
internal sealed class ModelOptions
{
    private readonly Argument<string?> _model = new("MODEL")
    {
        Description = "ONNX file, TorchScript file or TorchSharp assembly; left out with --policy.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _policy = Options.Text("--policy", "FILE", "Take model and data from a policy; other options are stronger.", null, "-p");
    private readonly Option<string> _images = Options.Text("--images", "PATH", "Images, or a table.", null);
    private readonly Option<string> _labels = Options.Text("--labels", "PATH", "Labels, where the images do not hold them.", null);
    private readonly Option<ImmutableArray<double>?> _shape = Options.Numbers(
        "--shape", "CxHxW", "Shape of one input (default: the model file's own).",
        "whole numbers of at least 1", numbers => numbers.All(size => size is >= 1 and <= 1 << 24 && size == Math.Floor(size)));

    private readonly Option<ImmutableArray<double>?> _bounds = Options.Numbers(
        "--bounds", "LOW,HIGH", "Least and greatest raw input value (default 0,1).",
        "two numbers, the lower first", numbers => numbers is [var low, var high] && low < high);

    private readonly Option<ImmutableArray<double>?> _mean = Options.Numbers(
        "--mean", "M,…", "Subtracted inside the model, one value or one per channel.", "numbers", _ => true);

    private readonly Option<ImmutableArray<double>?> _std = Options.Numbers(
        "--std", "S,…", "Divided by inside the model, one value or one per channel.",
        "numbers greater than 0", numbers => numbers.All(value => value > 0));

    private readonly Option<string> _layout = Options.Text("--layout", "channels-first|channels-last", "Which dimension of the shape holds the channels.", null);
    private readonly Option<string> _type = Options.Text("--type", "NAME", "Of an assembly: full name of the module's class.", null);
    private readonly Option<string> _weights = Options.Text("--weights", "PATH", "Of an assembly: the module's weights.", null);
    private readonly Option<int?> _maxSamples;

    /// <param name="maxSamples">What <c>--max-samples</c> limits, in words.</param>
    public ModelOptions(string maxSamples)
    {
        _layout.AcceptOnlyFromAmong("channels-first", "channels-last");
        _maxSamples = Options.Whole("--max-samples", maxSamples, 1);
    }

    /// <summary>Puts the options into a command, with what they demand of each other.</summary>
    public void AddTo(Command command)
    {
        command.Add(_model);
        foreach (var option in new Option[] { _policy, _images, _labels, _shape, _bounds, _mean, _std, _layout, _type, _weights, _maxSamples })
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_model) is not { Tokens.Count: > 0 } && result.GetResult(_policy) is not { Tokens.Count: > 0 })
            {
                result.AddError($"{command.Name} needs a model file, or --policy.");
            }

            SymbolResult?[] paths = [result.GetResult(_model), result.GetResult(_policy), result.GetResult(_images), result.GetResult(_labels), result.GetResult(_weights)];
            if (paths.Any(path => path is { Tokens: [{ Value: "" }, ..] }))
            {
                result.AddError("an empty path names no file.");
            }

            if (result.GetResult(_labels) is not null && result.GetResult(_images) is null && result.GetResult(_policy) is null)
            {
                result.AddError("--labels says nothing without --images.");
            }
        });
    }

    /// <summary>Whether there are data to load.</summary>
    public bool HasData(CommandResult result) =>
        result.GetResult(_images) is { Tokens.Count: > 0 } || result.GetResult(_policy) is { Tokens.Count: > 0 };

    /// <summary>What <c>--max-samples</c> says; null where it is not given.</summary>
    public int? MaxSamples(ParseResult parsed) => parsed.GetValue(_maxSamples);

    /// <summary>What policy and options say together.</summary>
    public InspectRequest Read(ParseResult parsed)
    {
        var request = parsed.GetValue(_policy) is { } file ? InspectRequest.Of(PolicyReader.Read(file)) : Bare();
        var input = request.Model.Input;
        return request with
        {
            Model = request.Model with
            {
                Path = Absolute(parsed.GetValue(_model)) ?? request.Model.Path,
                Type = parsed.GetValue(_type) ?? request.Model.Type,
                Weights = Absolute(parsed.GetValue(_weights)) ?? request.Model.Weights,
                Input = input with
                {
                    Shape = parsed.GetValue(_shape) is { } sizes ? [.. sizes.Select(size => (int)size)] : input.Shape,
                    Bounds = parsed.GetValue(_bounds) is [var low, var high] ? new Bounds(low, high) : input.Bounds,
                    Mean = parsed.GetValue(_mean) ?? input.Mean,
                    Std = parsed.GetValue(_std) ?? input.Std,
                    Layout = parsed.GetValue(_layout) switch
                    {
                        "channels-last" => ChannelLayout.ChannelsLast,
                        "channels-first" => ChannelLayout.ChannelsFirst,
                        _ => input.Layout,
                    },
                },
            },
            Data = Data(request.Data, Absolute(parsed.GetValue(_images)), Absolute(parsed.GetValue(_labels)), parsed.GetValue(_maxSamples)),
        };
    }

    private static InspectRequest Bare() => new(
        new ModelSection("", null, new InputSection([], new Bounds(0, 1), [], [])), null, 0, _ => null);

    private static DataSection? Data(DataSection? ofPolicy, string? images, string? labels, int? limit)
    {
        var data = images is null ? ofPolicy : new DataSection(images, null, null, SampleSelection.First, DataScale.Auto, null, null, null)
        {
            Limit = InspectRequest.DefaultSamples,
        };
        return data is null ? null : data with { Labels = labels ?? data.Labels, Limit = limit ?? data.Limit };
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}
