using System.ComponentModel;
using System.Diagnostics;

namespace RobustnessGate.Hosting;

/// <summary>
/// What the system keeps a model's process from, where bubblewrap is installed and may do it: other processes, in whose
/// environment the secrets of a build stand, and the network. Files stay as they are for this account.
/// </summary>
internal static class Sandbox
{
    private const string Program = "bwrap";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>All of the file system and its devices; a process table and a network of its own, both empty.</summary>
    private static readonly string[] Walls = ["--dev-bind", "/", "/", "--proc", "/proc", "--unshare-pid", "--unshare-net", "--die-with-parent", "--"];

    private static readonly Lazy<string?> Tried = new(Try);

    /// <summary>Why there is none here; null where there is one.</summary>
    public static string? Obstacle => Tried.Value;

    /// <summary>The command within, or as it is where there is none here.</summary>
    public static ChildCommand Around(ChildCommand command) => Around(command, Obstacle);

    internal static ChildCommand Around(ChildCommand command, string? obstacle) =>
        obstacle is null ? new(Program, [.. Walls, command.FileName, .. command.Arguments]) : command;

    /// <summary>Being installed says little: containers and hardened systems often forbid it.</summary>
    private static string? Try()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "bubblewrap is for Linux alone";
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(Program, [.. Walls, "true"]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            var error = process.StandardError.ReadToEndAsync();
            if (process.WaitForExit(Patience))
            {
                return process.ExitCode == 0 ? null : $"bubblewrap is installed and may not work here: {error.GetAwaiter().GetResult().Split('\n')[0].Trim()}";
            }

            process.Kill(entireProcessTree: true);
            return "bubblewrap is installed and does not answer";
        }
        catch (Win32Exception)
        {
            return "bubblewrap (bwrap) is not installed";
        }
    }
}
