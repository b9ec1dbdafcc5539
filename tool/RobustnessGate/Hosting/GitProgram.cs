using System.ComponentModel;
using System.Diagnostics;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Hosting;

/// <summary>The program <c>git</c>.</summary>
internal static class GitProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="MistakeException">RG0515: it cannot be started, or does not answer.</exception>
    public static (int Exit, byte[] Output, string Error) Run(string folder, params string[] arguments)
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

    public static MistakeException Mistake(string code, string message) => new(ExitCode.BaselineUnusable, new Finding(
        code, Severity.Error, null, $"{message} What a change does to its own judge cannot be told without it, so nothing passes."));
}
