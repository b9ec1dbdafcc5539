using System.Collections.Immutable;
using RobustnessGate.Policies;

namespace RobustnessGate.Hosting;

/// <summary>Files that a check read and wrote, as absolute paths: a build that knows them need not check again while none changed.</summary>
public sealed record FileTrace(ImmutableArray<string> Inputs, ImmutableArray<string> Outputs)
{
    /// <param name="depended">Files that the policy does not name, or need not: baselines, the state of a repository.</param>
    public static FileTrace Of(Policy policy, IEnumerable<string> depended, IEnumerable<string> outputs)
    {
        var targets = policy.Attacks.Select(entry => entry.Target).OfType<Target.File>().Select(target => target.Path);
        string?[] named =
        [
            policy.Source.Path, policy.Model.Path, policy.Data.Images, policy.Data.Labels, policy.Data.Lower,
            policy.Data.Upper, typeof(FileTrace).Assembly.Location,
        ];
        return new(
            [.. named.OfType<string>().Concat(targets).Concat(depended).SelectMany(Files).Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)],
            [.. outputs.Select(Path.GetFullPath)]);
    }

    /// <summary>Writes <c>inputs.txt</c> and <c>outputs.txt</c>, one path a line.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "inputs.txt"), string.Concat(Inputs.Select(path => path + "\n")));
        AtomicFile.Write(Path.Combine(folder, "outputs.txt"), string.Concat(Outputs.Select(path => path + "\n")));
    }

    /// <summary>A data set may be a folder; what it depends on are its files.</summary>
    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];
}
