using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Hosting;

/// <summary>A git repository, read through the <c>git</c> program: it knows every layout, filter and partial clone.</summary>
internal sealed class Git : IRepository
{
    private const string Link = "120000";
    private const string Submodule = "160000";

    /// <summary>Links that lead on to links, before they are taken for a circle.</summary>
    private const int MostLinks = 16;

    private readonly WorkTree _tree;

    private Git(WorkTree tree) => _tree = tree;

    /// <summary>
    /// Opens the repository that tracks a file: of several around it the outermost that does, for what a change can put
    /// there by itself, as a submodule, must not become its judge.
    /// </summary>
    /// <param name="file">A file in the work tree.</param>
    /// <exception cref="MistakeException">RG0515: there is no git, or no repository.</exception>
    public static Git Open(string file)
    {
        var path = Path.GetFullPath(file);
        if (WorkTree.Around(path).FirstOrDefault(root => Tracks(root, path)) is { } tracking)
        {
            return new(tracking);
        }

        var folder = Path.GetDirectoryName(path)!;
        var (exit, output, error) = GitProgram.Run(Directory.Exists(folder) ? folder : Environment.CurrentDirectory, "rev-parse", "--show-toplevel");
        return exit != 0 ? throw GitProgram.Mistake("RG0515", $"{folder} is in no git repository that can be read: {FirstLine(error)}.")
            : new(new WorkTree(Text(output)));
    }

    /// <summary>Whether the file, or a link or submodule on the way to it, is checked in here.</summary>
    private static bool Tracks(WorkTree tree, string path) => new Git(tree) is var git && tree.Named(path) is { } name
        && git.Entries("HEAD", [.. WorkTree.Parents(name), name]).Any(entry => entry.Mode is Link or Submodule || entry.Name == name);

    public ImmutableArray<string> StateFiles =>
        [.. new[] { "HEAD", "logs/HEAD", "packed-refs", "FETCH_HEAD", "shallow" }
            .Select(name => Path.GetFullPath(Path.Combine(_tree.Root, Text(Ask("rev-parse", "--git-path", name).Output)))).Where(File.Exists)];

    public ImmutableArray<string> Judges(string reference)
    {
        var head = Resolve("HEAD") ?? throw GitProgram.Mistake("RG0515", "this repository has no commit yet, so there is nothing that a change could be compared with.");
        var target = IsPlain(reference) ? Target(reference) : null;
        if (target is null)
        {
            throw IsShallow
                ? Shallow($"'{reference}' is not in it")
                : GitProgram.Mistake("RG0516", $"'{reference}' is no commit of this repository. Fetch it first: git fetch origin {(IsPlain(reference) ? reference : "BRANCH")}.");
        }

        // Criss-cross merges leave several, of which none is better than another.
        var (exit, output, _) = Ask("merge-base", "--all", target, head);
        return exit == 0 && Text(output).Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } commits
            ? [.. commits.Append(target).Distinct(StringComparer.Ordinal)]
            : throw (IsShallow
                ? Shallow($"where this change parted from '{reference}' is not in it")
                : GitProgram.Mistake("RG0518", $"this change and '{reference}' have no commit in common, so nobody can say what the change began from. Rebase it."));
    }

    public bool Holds(string reference, string commit) =>
        IsPlain(reference) && IsPlain(commit) && Target(reference) is { } target && Ask("merge-base", "--is-ancestor", commit, target).Exit == 0;

    public byte[]? Read(string commit, string path)
    {
        if (_tree.Names(path).ToArray() is not { Length: > 0 } names)
        {
            throw GitProgram.Mistake("RG0519", $"{path} lies outside of the repository {_tree.Root}: what it was at the merge base cannot be known. Move it into the repository.");
        }

        // The name that was given first: where it leads to now is the change's own doing.
        return names.Select(name => Content(commit, Followed(commit, name))).FirstOrDefault(content => content is not null);
    }

    private byte[]? Content(string commit, string name)
    {
        if (Ask("cat-file", "-e", $"{commit}:{name}").Exit != 0)
        {
            // A commit whose files are not here (a partial clone without network) must not look like one without the file.
            return Ask("ls-tree", "--name-only", commit, "--", name) is (0, { Length: 0 }, _)
                ? null
                : throw GitProgram.Mistake("RG0519", $"{name} of {commit[..8]} is not in this clone. Fetch it: git fetch --refetch.");
        }

        var (exit, output, error) = Ask("cat-file", "--filters", $"{commit}:{name}");
        return exit == 0 ? output : throw GitProgram.Mistake("RG0519", $"{name} of {commit[..8]} cannot be read: {FirstLine(error)}.");
    }

    /// <summary>The name of a file behind the links that a commit has on the way to it, or in its place.</summary>
    private string Followed(string commit, string name)
    {
        for (var links = 0; links < MostLinks; links++)
        {
            var steps = Entries(commit, [.. WorkTree.Parents(name), name]).Where(entry => entry.Mode is Link or Submodule).ToArray();
            if (steps is not [var step, ..])
            {
                return name;
            }

            if (step.Mode == Submodule)
            {
                throw GitProgram.Mistake("RG0519", $"{name} of {commit[..8]} lies in the submodule {step.Name}: what it was is not in this repository. Keep the judge in the repository itself.");
            }

            var target = Text(Ask("cat-file", "blob", $"{commit}:{step.Name}").Output);
            var there = Path.Combine(_tree.Root, Path.GetDirectoryName(step.Name) ?? "", target);
            name = _tree.Named(Path.GetFullPath(there) + name[step.Name.Length..])
                ?? throw GitProgram.Mistake("RG0519", $"{name} of {commit[..8]} lies behind the link {step.Name}, which leads out of the repository.");
        }

        throw GitProgram.Mistake("RG0519", $"{name} of {commit[..8]} lies behind a circle of links.");
    }

    public (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths)
    {
        // Under the name that was given, and where it leads.
        var roots = paths.SelectMany(path => _tree.Names(path).Concat(_tree.Targets(path))).Distinct(StringComparer.Ordinal).ToArray();
        var differences = new ContentComparison(_tree, commit, Ask, name => Target(commit, name)).Differences(roots);
        // A folder on the way that is a link or a submodule now, or was one, makes everything behind it another.
        foreach (var parent in roots.SelectMany(WorkTree.Parents).Distinct(StringComparer.Ordinal).Where(parent => Turned(commit, parent)))
        {
            differences[parent] = Encoding.UTF8.GetBytes(new DirectoryInfo(Path.Combine(_tree.Root, parent)).LinkTarget ?? "");
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in differences)
        {
            digest.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
            digest.AppendData(content);
        }

        return ([.. differences.Keys], differences.Count == 0 ? "" : Convert.ToHexStringLower(digest.GetHashAndReset())[..12]);
    }

    /// <summary>Whether a folder is a link or a submodule in the commit or in the work tree, and not the same in both.</summary>
    private bool Turned(string commit, string folder)
    {
        var before = Entries(commit, [folder]).FirstOrDefault(entry => entry.Name == folder);
        var path = Path.Combine(_tree.Root, folder);
        var link = new DirectoryInfo(path).LinkTarget;
        return before.Mode switch
        {
            Link => link != Text(Ask("cat-file", "blob", $"{commit}:{folder}").Output),
            Submodule => Ask("diff", "--no-ext-diff", "--ignore-submodules=none", "--quiet", commit, "--", $":(top,literal){folder}").Exit != 0,
            null => false,
            _ => link is not null || Path.Exists(Path.Combine(path, ".git")),
        };
    }

    /// <summary>The name behind a link of a commit, links on the way followed; null where it leads out of the repository.</summary>
    private string? Target(string commit, string name)
    {
        try
        {
            return Followed(commit, name);
        }
        catch (MistakeException)
        {
            return null;
        }
    }

    /// <summary>What a commit has under these names themselves, outer folders first.</summary>
    private IEnumerable<(string Mode, string Name)> Entries(string commit, IReadOnlyList<string> names) => names.Count == 0 ? [] :
        Encoding.UTF8.GetString(Ask(["ls-tree", "-z", commit, "--", .. names]).Output)
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => (entry[..entry.IndexOf(' ', StringComparison.Ordinal)], entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]))
            .OrderBy(entry => entry.Item2.Length);

    /// <summary>Nothing that git could take for an option, a range or a file of a commit.</summary>
    private static bool IsPlain(string reference) =>
        reference.Length > 0 && reference[0] != '-' && !reference.Contains("..", StringComparison.Ordinal)
        && !reference.Any(c => char.IsControl(c) || c is ':' or ' ' or '\\' or '?' or '*' or '[');

    /// <summary>Whether only the newest commits are here.</summary>
    public bool IsShallow => Text(Ask("rev-parse", "--is-shallow-repository").Output) == "true";

    /// <summary>The commit that a reference means: a branch here, or one of origin. A tag of a branch's name would capture it.</summary>
    private string? Target(string reference)
    {
        var here = Resolve(reference);
        var origin = Resolve($"refs/remotes/origin/{reference}");
        return here is null || origin is null || here == origin || Resolve($"refs/heads/{reference}") == here
            ? here ?? origin : throw Ambiguous(reference);
    }

    private string? Resolve(string reference)
    {
        var (exit, output, error) = Ask("-c", "core.warnAmbiguousRefs=true", "rev-parse", "--verify", $"{reference}^{{commit}}");
        return exit != 0 ? null : error.Contains("is ambiguous", StringComparison.Ordinal) ? throw Ambiguous(reference) : Text(output);
    }

    private static MistakeException Ambiguous(string reference) => GitProgram.Mistake("RG0516",
        $"'{reference}' is the name of more than one branch, tag or commit, and they need not be the same. Delete the one that is not meant, or name the other in full, such as refs/remotes/origin/{reference}.");

    private (int Exit, byte[] Output, string Error) Ask(params string[] arguments) => GitProgram.Run(_tree.Root, arguments);

    private static MistakeException Shallow(string what) => GitProgram.Mistake("RG0517",
        $"this clone is shallow, and {what}. Clone with the whole history (actions/checkout: fetch-depth: 0), or run: git fetch --unshallow.");

    private static string Text(byte[] output) => Encoding.UTF8.GetString(output).Trim();

    private static string FirstLine(string error) =>
        error.Split('\n', 2)[0].Trim().TrimEnd('.') is { Length: > 0 } line ? line : "git gives no reason";
}
