using System.Globalization;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Finds out where a training of a model from a file comes from.</summary>
internal static class TrainableOrigins
{
    public static TrainableOrigin Of(Classifier classifier, GradientMode gradients, Device device)
    {
        var input = classifier.Input;
        return new(
            classifier.Sha256,
            string.Create(
                CultureInfo.InvariantCulture,
                $"mean {Numbers(input.Mean)}; std {Numbers(input.Std)}; scale {input.Scale:R}; {input.Layout}; {input.ChannelOrder}; {gradients}"),
            string.Create(CultureInfo.InvariantCulture, $"{device.type} {device.index}; {get_num_threads()} threads"));
    }

    private static string Numbers(IEnumerable<double> values) =>
        string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
