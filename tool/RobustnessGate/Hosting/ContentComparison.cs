using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace RobustnessGate.Hosting;

/// <summary>
/// Files as they lie in the work tree, links resolved, against those of a commit, byte by byte. git's own comparison is not
/// asked: it trusts the index (<c>assume-unchanged</c>), sees no untracked file, compares a link by its text, and reads both
/// sides by the attributes of the work tree, which belong to the change.
/// </summary>
/// <param name="ask">Runs git in the root of the work tree.</param>
/// <param name="target">The name of a file behind a link of the commit; null where it leads out of the repository.</param>
internal sealed class ContentComparison(
    WorkTree tree, string commit, Func<string[], (int Exit, byte[] Output, string Error)> ask, Func<string, string?> target)
{
    private const string Link = "120000";
    private const string Submodule = "160000";
    private const string Attributes = ".gitattributes";

    /// <summary>Files that differ, are missing or were added, by name, with the digest of what stands there now (empty where nothing does).</summary>
    /// <param name="roots">Names of files and folders. Of those that the commit knows nothing of, there is nothing to compare with.</param>
    public SortedDictionary<string, byte[]> Differences(IEnumerable<string> roots)
    {
        var differences = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var root in roots.Distinct(StringComparer.Ordinal))
        {
            var before = Before(root);
            if (before.Count == 0)
            {
                continue;
            }

            var now = Now(root);
            foreach (var name in before.Keys.Union(now.Keys).Where(IsRead))
            {
                var file = now.GetValueOrDefault(name);
                if (file is null || !before.TryGetValue(name, out var entry) || !IsSame(file, name, entry))
                {
                    differences[Place(name, file)] = file is null ? [] : Digest(file);
                }
            }
        }

        return differences;
    }

    /// <summary>Where the change was made: behind a link that itself is what it was, at its target.</summary>
    private string Place(string name, string? file) =>
        file is not null && new FileInfo(file).LinkTarget is { } text && target(name) is { } behind
        && text == Encoding.UTF8.GetString(ask(["cat-file", "blob", $"{commit}:{name}"]).Output) ? behind : name;

    /// <summary>What a reader of data folders sees: hidden files are no samples.</summary>
    private static bool IsRead(string name) => !name.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX");

    private Dictionary<string, (string Mode, string Id)> Before(string root) =>
        Encoding.UTF8.GetString(ask(["ls-tree", "-r", "-z", "--full-tree", commit, "--", root]).Output)
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..], entry => (entry[..6], entry.Split(' ', '\t')[2]), StringComparer.Ordinal);

    private Dictionary<string, string> Now(string root)
    {
        var path = Path.Combine(tree.Root, root);
        if (File.Exists(path))
        {
            return new(StringComparer.Ordinal) { [root] = path };
        }

        var every = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        return !Directory.Exists(path) ? [] : Directory.EnumerateFiles(path, "*", every)
            .ToDictionary(file => root + "/" + Path.GetRelativePath(path, file).Replace('\\', '/'), file => file, StringComparer.Ordinal);
    }

    private bool IsSame(string file, string name, (string Mode, string Id) entry)
    {
        if (entry.Mode == Submodule)
        {
            return false;
        }

        if (entry.Mode != Link)
        {
            return IsBlob(file, entry.Id) || IsAsCheckedOut(file, name, name);
        }

        // What a link leads to outside of the repository is nothing that a commit could hold.
        return target(name) is { } behind && Before(behind).TryGetValue(behind, out var there)
            ? IsBlob(file, there.Id) || IsAsCheckedOut(file, behind, name)
            : new FileInfo(file).LinkTarget is { } text && text == Encoding.UTF8.GetString(ask(["cat-file", "blob", entry.Id]).Output);
    }

    /// <summary>Whether the bytes are the object's own, as git counts them.</summary>
    private static bool IsBlob(string file, string id)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var hash = IncrementalHash.CreateHash(id.Length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {stream.Length}\0")));
            var buffer = new byte[1 << 16];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset()) == id;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a checkout writes these bytes: line endings and large files are kept in another form. Attributes say which, so
    /// they must be the commit's.
    /// </summary>
    private bool IsAsCheckedOut(string file, string name, string readAs) =>
        new[] { name, readAs }.SelectMany(WorkTree.Parents).Append("").Select(folder => folder.Length == 0 ? Attributes : $"{folder}/{Attributes}").Distinct()
            .All(attributes => AreUnchanged(attributes))
        && ask(["cat-file", "--filters", $"{commit}:{name}"]) is (0, var bytes, _) && SHA256.HashData(bytes).AsSpan().SequenceEqual(Digest(file));

    private bool AreUnchanged(string attributes)
    {
        var path = Path.Combine(tree.Root, attributes);
        return Before(attributes).TryGetValue(attributes, out var entry) ? File.Exists(path) && IsBlob(path, entry.Id) : !Path.Exists(path);
    }

    private static byte[] Digest(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return SHA256.HashData(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
