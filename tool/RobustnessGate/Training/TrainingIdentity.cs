using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Regimes;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>What must be the same for a training to go on from a checkpoint, as text in named parts.</summary>
internal static class TrainingIdentity
{
    private const char Separator = '|';

    private static readonly string[] Parts =
        ["regime", "settings (epochs, batch size, learning rate, bounds, augmentation or seed)", "held-out search", "patience", "model or training samples"];

    /// <summary>The parts that only a model from a file has: without one, the text is that of older checkpoints.</summary>
    private static readonly string[] PartsOfFile =
        [.. Parts, "model file", "preprocessing or gradient mode", "device or threads", "held-out samples"];

    /// <summary>Regime, options, validation, data, and the network as it was given; the same under every culture.</summary>
    public static string Of(TrainingTask task)
    {
        var text = string.Join(
            Separator, Text(task.Regime), Text(task.Options) + Text(task.Augmentation), Text(task.Validation?.Search), Text(task.Validation?.Patience),
            Hash([.. task.Network.State(), .. Samples(task.Data)]));
        return task.Network.Origin is { } origin
            ? string.Join(
                Separator, text, origin.File, origin.Preprocessing, origin.Place,
                task.Validation is { } validation ? Hash(Samples(validation.Data)) : "")
            : text;
    }

    /// <summary>In words, in what two identities differ.</summary>
    public static string Differences(string stored, string present)
    {
        var (theirs, ours) = (stored.Split(Separator), present.Split(Separator));
        var names = ours.Length == Parts.Length ? Parts : PartsOfFile;
        return theirs.Length == names.Length && ours.Length == names.Length
            ? "other " + string.Join(", other ", names.Where((_, i) => theirs[i] != ours[i]))
            : "written by another version";
    }

    private static IReadOnlyList<(string Name, Tensor Value)> Samples(TrainingSet data) => [("labels", data.Labels), ("inputs", data.Inputs)];

    private static string Hash(IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {string.Join('x', value.shape)};")));
            hash.AppendData(value.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A record's own text takes its numbers from the thread's culture, whatever the caller asks for.</summary>
    private static string Text(object? part)
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return part?.ToString() ?? "";
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
