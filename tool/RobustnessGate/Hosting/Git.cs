using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Gating;

namespace RobustnessGate.Hosting;

/// <summary>A git repository, read through the <c>git</c> program: it knows every layout, filter and partial clone.</summary>
public sealed class Git : IRepository
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _root;

    private Git(string root) => _root = root;

    /// <param name="file">A file in the work tree.</param>
    /// <exception cref="MistakeException">RG0515: there is no git, or no repository.</exception>
    public static Git Open(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var (exit, output, error) = Run(Directory.Exists(folder) ? folder : Environment.CurrentDirectory, "rev-parse", "--show-toplevel");
        return exit == 0
            ? new(Text(output))
            : throw Mistake("RG0515", $"{folder} is in no git repository that can be read: {FirstLine(error)}.");
    }

    public ImmutableArray<string> StateFiles =>
        [.. new[] { "HEAD", "logs/HEAD", "packed-refs", "FETCH_HEAD", "shallow" }
            .Select(name => Path.GetFullPath(Path.Combine(_root, Text(Ask("rev-parse", "--git-path", name).Output)))).Where(File.Exists)];

    public string MergeBase(string reference)
    {
        var head = Resolve("HEAD") ?? throw Mistake("RG0515", "this repository has no commit yet, so there is nothing that a change could be compared with.");
        var target = IsPlain(reference) ? Resolve(reference) ?? Resolve($"refs/remotes/origin/{reference}") : null;
        if (target is null)
        {
            throw IsShallow
                ? Shallow($"'{reference}' is not in it")
                : Mistake("RG0516", $"'{reference}' is no commit of this repository. Fetch it first: git fetch origin {(IsPlain(reference) ? reference : "BRANCH")}.");
        }

        var (exit, output, _) = Ask("merge-base", target, head);
        return exit == 0 && Text(output) is { Length: > 0 } commit ? commit
            : throw (IsShallow
                ? Shallow($"where this change parted from '{reference}' is not in it")
                : Mistake("RG0518", $"this change and '{reference}' have no commit in common, so nobody can say what the change began from. Rebase it."));
    }

    public byte[]? Read(string commit, string path)
    {
        if (Relative(path) is not { } relative)
        {
            throw Mistake("RG0519", $"{path} lies outside of the repository {_root}: what it was at the merge base cannot be known. Move it into the repository.");
        }

        if (Ask("cat-file", "-e", $"{commit}:{relative}").Exit != 0)
        {
            // A commit whose files are not here (a partial clone without network) must not look like one without the file.
            return Ask("ls-tree", "--name-only", commit, "--", relative) is (0, { Length: 0 }, _)
                ? null
                : throw Mistake("RG0519", $"{relative} of {commit[..8]} is not in this clone. Fetch it: git fetch --refetch.");
        }

        var (exit, output, error) = Ask("cat-file", "--filters", $"{commit}:{relative}");
        return exit == 0 ? output : throw Mistake("RG0519", $"{relative} of {commit[..8]} cannot be read: {FirstLine(error)}.");
    }

    public (ImmutableArray<string> Names, string Digest) Changed(string commit, IEnumerable<string> paths)
    {
        var relative = paths.SelectMany(Followed).Select(Relative).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        relative = [.. relative.Concat(Submodules(commit, relative)).Distinct(StringComparer.Ordinal)];
        if (relative.Length == 0)
        {
            return ([], "");
        }

        var (exit, output, error) = Ask(["diff", "--no-ext-diff", "--ignore-submodules=none", "--name-only", "--no-renames", "-z", commit, "--", .. relative.Select(path => $":(top,literal){path}")]);
        if (exit != 0)
        {
            throw Mistake("RG0519", $"the data cannot be compared with those of {commit[..8]}: {FirstLine(error)}.");
        }

        ImmutableArray<string> names = [.. Encoding.UTF8.GetString(output).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in names)
        {
            var file = Path.Combine(_root, name);
            digest.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
            digest.AppendData(File.Exists(file) ? SHA256.HashData(File.ReadAllBytes(file)) : []);
        }

        return (names, names.IsEmpty ? "" : Convert.ToHexStringLower(digest.GetHashAndReset())[..12]);
    }

    /// <summary>A path, and the file that it leads to where it is a symbolic link: git compares a link by its text alone.</summary>
    private static IEnumerable<string> Followed(string path)
    {
        yield return path;
        if (File.Exists(path) && new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            yield return target.FullName;
        }
    }

    /// <summary>Submodules that files lie in: git compares them as a whole, and sees nothing behind them.</summary>
    private IEnumerable<string> Submodules(string commit, IEnumerable<string> files)
    {
        string[] folders = [.. files.SelectMany(Parents).Distinct(StringComparer.Ordinal)];
        return folders.Length == 0 ? [] : Encoding.UTF8.GetString(Ask(["ls-tree", "-z", commit, "--", .. folders]).Output)
            .Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(entry => entry.StartsWith("160000 ", StringComparison.Ordinal))
            .Select(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    /// <summary>Nothing that git could take for an option, a range or a file of a commit.</summary>
    private static bool IsPlain(string reference) =>
        reference.Length > 0 && reference[0] != '-' && !reference.Contains("..", StringComparison.Ordinal)
        && !reference.Any(c => char.IsControl(c) || c is ':' or ' ' or '\\' or '?' or '*' or '[');

    /// <summary>Whether only the newest commits are here.</summary>
    public bool IsShallow => Text(Ask("rev-parse", "--is-shallow-repository").Output) == "true";

    private string? Resolve(string reference) =>
        Ask("rev-parse", "--verify", "--quiet", $"{reference}^{{commit}}") is (0, var output, _) ? Text(output) : null;

    /// <summary>With '/'; null outside of the work tree.</summary>
    private string? Relative(string path)
    {
        var relative = Path.GetRelativePath(Real(_root), Real(path)).Replace('\\', '/');
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }

    /// <summary>git names the work tree without symbolic links; so must a path that is to be found in it be named.</summary>
    private static string Real(string path)
    {
        var full = Path.GetFullPath(path);
        var parent = Path.GetDirectoryName(full);
        if (parent is null)
        {
            return full;
        }

        var folder = Real(parent);
        var here = Path.Combine(folder, Path.GetFileName(full));
        return Directory.Exists(here) && new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : here;
    }

    private (int Exit, byte[] Output, string Error) Ask(params string[] arguments) => Run(_root, arguments);

    private static (int Exit, byte[] Output, string Error) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder, UseShellExecute = false,
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            using var output = new MemoryStream();
            var copy = process.StandardOutput.BaseStream.CopyToAsync(output);
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw Mistake("RG0515", $"git {arguments[0]} did not answer within two minutes.");
            }

            copy.GetAwaiter().GetResult();
            return (process.ExitCode, output.ToArray(), error.GetAwaiter().GetResult());
        }
        catch (Win32Exception exception)
        {
            throw Mistake("RG0515", $"the program git cannot be started: {exception.Message.TrimEnd('.')}. Install it, or name a baseline file with --baseline.");
        }
    }

    private static MistakeException Shallow(string what) => Mistake("RG0517",
        $"this clone is shallow, and {what}. Clone with the whole history (actions/checkout: fetch-depth: 0), or run: git fetch --unshallow.");

    private static MistakeException Mistake(string code, string message) => new(ExitCode.BaselineUnusable, new Finding(
        code, Severity.Error, null, $"{message} What a change does to its own judge cannot be told without it, so nothing passes."));

    private static string Text(byte[] output) => Encoding.UTF8.GetString(output).Trim();

    private static string FirstLine(string error) =>
        error.Split('\n', 2)[0].Trim().TrimEnd('.') is { Length: > 0 } line ? line : "git gives no reason";
}
