using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>What must be the same for a training to go on from a checkpoint, as text in named parts.</summary>
internal static class TrainingIdentity
{
    private const char Separator = '|';

    private static readonly string[] Parts =
        ["regime", "settings (epochs, batch size, learning rate, bounds or seed)", "held-out search", "patience", "model or training samples"];

    /// <summary>Regime, options, validation, data, and the network as it was given.</summary>
    public static string Of(TrainingTask task)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in task.Network.State().Append(("labels", task.Data.Labels)).Append(("inputs", task.Data.Inputs)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {string.Join('x', value.shape)};"));
            hash.AppendData(value.detach().cpu().contiguous().bytes);
        }

        return FormattableString.Invariant(
            $"{task.Regime}|{task.Options}|{task.Validation?.Search}|{task.Validation?.Patience}|{Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }

    /// <summary>In words, in what two identities differ.</summary>
    public static string Differences(string stored, string present)
    {
        var (theirs, ours) = (stored.Split(Separator), present.Split(Separator));
        return theirs.Length == Parts.Length && ours.Length == Parts.Length
            ? "other " + string.Join(", other ", Parts.Where((_, i) => theirs[i] != ours[i]))
            : "written by another version";
    }
}
