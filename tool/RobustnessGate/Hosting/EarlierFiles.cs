using RobustnessGate.Policies;

namespace RobustnessGate.Hosting;

/// <summary>The model of an earlier policy, taken from the repository into a folder that goes away again.</summary>
internal sealed class EarlierFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("robustness-gate-earlier-");

    /// <summary>The model's files as they were checked in; null where the commit has none. Weights in files beside an ONNX model are not followed.</summary>
    /// <param name="text">The text of the earlier policy.</param>
    public EarlierModel? Extract(IRepository repository, string commit, ModelSection model, byte[] text)
    {
        var path = Extract(repository, commit, model.Path);
        var weights = model.Weights is null ? null : Extract(repository, commit, model.Weights);
        return path is null || (model.Weights is not null && weights is null) ? null : new(text, path, weights);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string? Extract(IRepository repository, string commit, string path)
    {
        if (repository.Read(commit, path) is not { } bytes)
        {
            return null;
        }

        var copy = Path.Combine(_folder.FullName, Path.GetFileName(path));
        File.WriteAllBytes(copy, bytes);
        return copy;
    }
}
