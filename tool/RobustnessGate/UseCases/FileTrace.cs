using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.UseCases;

/// <summary>Files that a check read and wrote, as absolute paths: a build that knows them need not check again while none changed.</summary>
/// <param name="Inputs">Looked for when they are asked for. Some may be absent, and count as soon as they are there.</param>
/// <param name="Folders">Where a file that is added is one more input.</param>
internal sealed record FileTrace(IEnumerable<string> Inputs, ImmutableArray<string> Folders, ImmutableArray<string> Outputs)
{
    /// <summary>The file by whose time a build knows that a check passed.</summary>
    private const string Stamp = "passed.stamp";

    /// <summary>Whether an input was replaced while the check ran: then what passed is not what is there, and the build must check again.</summary>
    public bool Unsettled { get; init; }

    /// <param name="depended">Files that the policy does not name, or need not: baselines, the state of a repository.</param>
    public static FileTrace Of(Policy policy, IEnumerable<string> depended, IEnumerable<string> outputs)
    {
        var targets = policy.Attacks.Select(entry => entry.Target).OfType<Target.File>().Select(target => target.Path);
        string?[] data = [policy.Data.Images, policy.Data.Labels, policy.Data.Lower, policy.Data.Upper, .. targets];
        string[] read = [.. data.OfType<string>().Select(path => Path.GetFullPath(DataPath.Of(path).File)).Distinct(StringComparer.Ordinal)];
        string?[] named = [policy.Source.Path, policy.Model.Path, policy.Model.Weights, typeof(FileTrace).Assembly.Location];
        return new(
            named.OfType<string>().Concat(read.SelectMany(Files)).Concat(depended).Concat(Companions(policy.Model.Path))
                .Select(Path.GetFullPath).Distinct(StringComparer.Ordinal),
            [.. read.Where(Directory.Exists)],
            [.. outputs.Select(Path.GetFullPath)]);
    }

    /// <summary>When each file that a policy names was last written.</summary>
    public static ImmutableSortedDictionary<string, DateTime> Times(Policy policy) =>
        Of(policy, [], []).Inputs.ToImmutableSortedDictionary(path => path, File.GetLastWriteTimeUtc, StringComparer.Ordinal);

    /// <summary>Writes <c>inputs.txt</c>, <c>folders.txt</c> and <c>outputs.txt</c>, one path a line.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        // The stamp as an input of its own: it is never as old as it was when it was looked at.
        Lines("inputs.txt", Unsettled ? Inputs.Append(Path.Combine(folder, Stamp)) : Inputs);
        Lines("folders.txt", Folders);
        Lines("outputs.txt", Outputs);

        void Lines(string name, IEnumerable<string> paths) =>
            AtomicFile.Write(Path.Combine(folder, name), string.Concat(paths.Select(path => path + "\n")));
    }

    /// <summary>A data set may be a folder; what it depends on are its files.</summary>
    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];

    /// <summary>What a model loads from beside itself: an assembly other assemblies, ONNX its external data.</summary>
    private static IEnumerable<string> Companions(string model)
    {
        if (!File.Exists(model))
        {
            yield break;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        var beside = string.Equals(Path.GetExtension(model), ".dll", StringComparison.OrdinalIgnoreCase)
            ? Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal)
            : ExternalData.Named(File.ReadAllBytes(model)).Select(name => Path.Combine(folder, name)).Where(File.Exists);
        foreach (var file in beside)
        {
            yield return file;
        }
    }
}
