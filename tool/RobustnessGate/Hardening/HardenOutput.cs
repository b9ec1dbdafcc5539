using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Hardening;

/// <summary>The files that a hardening writes, in a folder that was tried.</summary>
/// <param name="Model">The model, or its weights, in the format in which they came.</param>
/// <param name="Report">The comparison of before and after.</param>
/// <param name="Checkpoint">What a stopped run goes on from.</param>
internal sealed record HardenOutput(string Model, string Report, string Checkpoint)
{
    /// <summary>Makes the folder where it is missing, and writes a file there to see that it can be done.</summary>
    /// <exception cref="MistakeException">RG0004: the folder or one of the files cannot be written.</exception>
    public static HardenOutput Claim(string folder, ModelSection model)
    {
        try
        {
            var path = Directory.CreateDirectory(folder).FullName;
            var source = model.WeightsFile;
            var output = new HardenOutput(
                Path.Combine(path, $"{Path.GetFileNameWithoutExtension(source)}.hardened{Path.GetExtension(source)}"),
                Path.Combine(path, "harden.md"), Path.Combine(path, "harden.checkpoint"));
            if (Array.Find([output.Model, output.Report, output.Checkpoint], Directory.Exists) is { } taken)
            {
                throw new IOException($"'{Path.GetFileName(taken)}' in it is a folder, where a file is to be written.");
            }

            using (File.Create(Path.Combine(path, $"{Guid.NewGuid():N}.tmp"), bufferSize: 1, FileOptions.DeleteOnClose))
            {
                return output;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MistakeException(ExitCode.BadCommandLine, new Finding(
                "RG0004", Severity.Error, new Location(folder, 0, 0),
                $"the output folder cannot be used: {error.Message} The hardened model would be lost after its training; name another folder with --output."));
        }
    }
}
