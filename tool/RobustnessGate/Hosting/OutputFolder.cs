using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Results;

namespace RobustnessGate.Hosting;

/// <summary>The folder of results and reports. Each file appears whole or not at all.</summary>
internal sealed class OutputFolder
{
    /// <summary>Name of the folder for saved adversarial samples, inside this one.</summary>
    public const string Adversarial = "adversarial";

    private readonly string _path;

    private OutputFolder(string path) => _path = path;

    /// <summary>Absolute path of the folder for saved adversarial samples.</summary>
    public string AdversarialPath => Path.Combine(Path.GetFullPath(_path), Adversarial);

    /// <summary>
    /// The folder, made where it is missing and rid of what an earlier run left in it: a run that ends early must not
    /// leave another run's success to be read. What a run of ours did not write stays.
    /// </summary>
    /// <param name="files">Names of all files that a run can write.</param>
    /// <exception cref="MistakeException">RG0004: it cannot be made or written.</exception>
    public static OutputFolder Prepare(string path, IEnumerable<string> files)
    {
        try
        {
            Directory.CreateDirectory(path);
            var folder = new OutputFolder(path);
            folder.DeleteSaved();
            foreach (var file in files)
            {
                File.Delete(Path.Combine(path, file));
            }

            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    /// <summary>The folder as it is, made where it is missing.</summary>
    /// <exception cref="MistakeException">RG0004: it cannot be made.</exception>
    public static OutputFolder At(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    /// <returns>The file's path, as the folder was given.</returns>
    /// <exception cref="MistakeException">RG0004: it cannot be written.</exception>
    public string Write(string name, string text)
    {
        var path = Path.Combine(_path, name);
        try
        {
            AtomicFile.Write(path, text);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(_path, exception);
        }
    }

    /// <summary>Judged points that an earlier run says it saved, and their folder once it is empty.</summary>
    private void DeleteSaved()
    {
        foreach (var name in Saved())
        {
            File.Delete(Path.Combine(AdversarialPath, name));
        }

        if (Directory.Exists(AdversarialPath) && !Directory.EnumerateFileSystemEntries(AdversarialPath).Any())
        {
            Directory.Delete(AdversarialPath);
        }
    }

    /// <summary>Names of NPY files that stand directly in the folder; anything else that results may claim is not ours.</summary>
    private string[] Saved()
    {
        try
        {
            using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(_path, ResultsFile.Name)));
            return
            [
                .. results.RootElement.GetProperty("attacks").EnumerateArray()
                    .Select(attack => attack.GetProperty("adversarial").GetString()).OfType<string>()
                    .Where(file => file.StartsWith(Adversarial + "/", StringComparison.Ordinal))
                    .Select(file => file[(Adversarial.Length + 1)..])
                    .Where(name => name == Path.GetFileName(name) && !name.Contains('\\', StringComparison.Ordinal)
                        && name.EndsWith(".npy", StringComparison.Ordinal)),
            ];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException
            or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }

    private static MistakeException Unusable(string path, Exception exception) =>
        new(ExitCode.BadCommandLine, new Finding("RG0004", Severity.Error, new Location(path, 0, 0),
            $"the output folder cannot be used: {exception.Message} Results that are not written cannot be judged; name another folder with --output."));
}
