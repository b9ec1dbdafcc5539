using System.Globalization;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>What determines a training of a model from a file besides its weights, as text.</summary>
/// <param name="File">Hash of the model file.</param>
/// <param name="Preprocessing">What happens to inputs inside the model, and to gradients at its steps.</param>
/// <param name="Place">Device and threads: sums come in another order on others.</param>
internal sealed record TrainableOrigin(string File, string Preprocessing, string Place)
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
