using RobustnessGate.Policies;

namespace RobustnessGate.Hosting;

/// <summary>
/// The model of an earlier policy, taken from the repository into a folder that goes away again. The folder is made for the
/// first file; a disk that is full or cannot be written costs the earlier model and nothing else.
/// </summary>
/// <param name="create">Makes the folder; one for temporary files where null.</param>
internal sealed class EarlierFiles(Func<DirectoryInfo>? create = null) : IDisposable
{
    private DirectoryInfo? _folder;

    /// <summary>The model's files as they were checked in; null where the commit has none or no copy can be made. Weights in files beside an ONNX model are not followed.</summary>
    /// <param name="text">The text of the earlier policy.</param>
    public EarlierModel? Extract(IRepository repository, string commit, ModelSection model, byte[] text)
    {
        var path = Extract(repository, commit, model.Path);
        var weights = model.Weights is null ? null : Extract(repository, commit, model.Weights);
        return path is null || (model.Weights is not null && weights is null) ? null : new(text, path, weights);
    }

    public void Dispose()
    {
        try
        {
            _folder?.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // By now everything has been measured, and a copy left among temporary files harms nobody.
        }
    }

    private string? Extract(IRepository repository, string commit, string path)
    {
        if (repository.Read(commit, path) is not { } bytes)
        {
            return null;
        }

        try
        {
            _folder ??= create?.Invoke() ?? Directory.CreateTempSubdirectory("robustness-gate-earlier-");
            var copy = Path.Combine(_folder.FullName, Path.GetFileName(path));
            File.WriteAllBytes(copy, bytes);
            return copy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
