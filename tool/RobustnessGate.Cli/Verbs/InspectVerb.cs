using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>inspect MODEL</c>: what was understood of a model, and of data, with the usual mistakes pointed out.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "ONNX file, TorchScript file or TorchSharp assembly; left out with --policy.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var policy = Options.Text("--policy", "FILE", "Take model and data from a policy; other options are stronger.", null, "-p");
        var images = Options.Text("--images", "PATH", "Images, or a table.", null);
        var labels = Options.Text("--labels", "PATH", "Labels, where the images do not hold them.", null);
        var shape = Options.Numbers("--shape", "CxHxW", "Shape of one input (default: the model file's own).",
            "whole numbers of at least 1", numbers => numbers.All(size => size is >= 1 and <= 1 << 24 && size == Math.Floor(size)));
        var bounds = Options.Numbers("--bounds", "LOW,HIGH", "Least and greatest raw input value (default 0,1).",
            "two numbers, the lower first", numbers => numbers is [var low, var high] && low < high);
        var mean = Options.Numbers("--mean", "M,…", "Subtracted inside the model, one value or one per channel.",
            "numbers", _ => true);
        var std = Options.Numbers("--std", "S,…", "Divided by inside the model, one value or one per channel.",
            "numbers greater than 0", numbers => numbers.All(value => value > 0));
        var layout = Options.Text("--layout", "channels-first|channels-last", "Which dimension of the shape holds the channels.", null);
        layout.AcceptOnlyFromAmong("channels-first", "channels-last");
        var type = Options.Text("--type", "NAME", "Of an assembly: full name of the module's class.", null);
        var weights = Options.Text("--weights", "PATH", "Of an assembly: the module's weights.", null);
        var maxSamples = Options.Whole("--max-samples", "Samples to measure natural accuracy on (default 1000, or the policy's).", 1);
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("inspect", "Says what is understood of a model, and of data, and points out the usual mistakes.")
        {
            model, policy, images, labels, shape, bounds, mean, std, layout, type, weights, maxSamples, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(model) is not { Tokens.Count: > 0 } && result.GetResult(policy) is not { Tokens.Count: > 0 })
            {
                result.AddError("inspect needs a model file, or --policy.");
            }

            SymbolResult?[] paths = [result.GetResult(model), result.GetResult(policy), result.GetResult(images), result.GetResult(labels), result.GetResult(weights)];
            if (paths.Any(path => path is { Tokens: [{ Value: "" }, ..] }))
            {
                result.AddError("an empty path names no file.");
            }

            if (result.GetResult(labels) is not null && result.GetResult(images) is null && result.GetResult(policy) is null)
            {
                result.AddError("--labels says nothing without --images.");
            }
        });
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var request = parsed.GetValue(policy) is { } file ? InspectRequest.Of(PolicyReader.Read(file)) : Bare();
            var input = request.Model.Input;
            var inspection = Inspect.Run(
                request with
                {
                    Model = request.Model with
                    {
                        Path = Absolute(parsed.GetValue(model)) ?? request.Model.Path,
                        Type = parsed.GetValue(type) ?? request.Model.Type,
                        Weights = Absolute(parsed.GetValue(weights)) ?? request.Model.Weights,
                        Input = input with
                        {
                            Shape = parsed.GetValue(shape) is { } sizes ? [.. sizes.Select(size => (int)size)] : input.Shape,
                            Bounds = parsed.GetValue(bounds) is [var low, var high] ? new Bounds(low, high) : input.Bounds,
                            Mean = parsed.GetValue(mean) ?? input.Mean,
                            Std = parsed.GetValue(std) ?? input.Std,
                            Layout = parsed.GetValue(layout) switch
                            {
                                "channels-last" => ChannelLayout.ChannelsLast,
                                "channels-first" => ChannelLayout.ChannelsFirst,
                                _ => input.Layout,
                            },
                        },
                    },
                    Data = Data(request.Data, Absolute(parsed.GetValue(images)), Absolute(parsed.GetValue(labels)), parsed.GetValue(maxSamples)),
                },
                interruption.Token);
            Console.Out.Write(parsed.GetValue(json) ? inspection.ToJson() : Words(inspection));
            return (int)inspection.ExitCode;
        });
        return command;
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

    private static string Words(Inspection inspection) => string.Concat(
        OverviewText.Lines(inspection.Overview)
            .Concat(inspection.Findings.Where(finding => finding.Code != "RG0418").Select(finding => finding.ToString()))
            .Select(line => line + Console.Out.NewLine));
}
