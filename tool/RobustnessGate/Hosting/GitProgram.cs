using System.ComponentModel;
using System.Diagnostics;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Hosting;

/// <summary>The program <c>git</c>.</summary>
internal static class GitProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A monitor of the file system is a program that the repository names, and its answer would be believed.</summary>
    private static readonly string[] Settings = ["--no-replace-objects", "-c", "core.fsmonitor=false"];

    /// <summary>
    /// Takes away what could make git read another repository, other objects or another history than those that lie there:
    /// variables, replacements of objects, grafts.
    /// </summary>
    public static void Isolate(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.OrdinalIgnoreCase) && !Kept.Contains(name)).ToArray())
        {
            environment.Remove(name);
        }

        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        // A file that is not there: no commit gets other parents than its own.
        environment["GIT_GRAFT_FILE"] = Path.Combine(Path.GetTempPath(), "robustness-gate-no-grafts", "none");
        environment["LC_ALL"] = "C";
    }

    /// <summary>How git reaches a server, for clones that fetch what they lack, and where its own programs are.</summary>
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_EXEC_PATH",
    };

    /// <exception cref="MistakeException">RG0515: it cannot be started, or does not answer.</exception>
    public static (int Exit, byte[] Output, string Error) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", [.. Settings, .. arguments])
        {
            WorkingDirectory = folder, UseShellExecute = false,
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Isolate(start.Environment);
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

    public static MistakeException Mistake(string code, string message) => new(ExitCode.BaselineUnusable, new Finding(
        code, Severity.Error, null, $"{message} What a change does to its own judge cannot be told without it, so nothing passes."));
}
