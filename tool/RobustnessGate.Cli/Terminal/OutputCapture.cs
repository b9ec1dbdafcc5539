using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Verbs;
using RobustnessGate.Native;

namespace RobustnessGate.Cli.Terminal;

/// <summary>
/// Until it is disposed of, and after, what anything but the tool prints in this process does not reach the user: it goes
/// to a process of its own, which collects it (<see cref="CollectVerb"/>). A process, because it outlives a crash of this one
/// and can then show the last lines, and because no other thread may allocate beside TorchSharp (docs/decisions/0011).
/// On Windows this holds for .NET code alone: native libraries still print to the user's streams.
/// </summary>
internal sealed class OutputCapture : IDisposable
{
    /// <summary>Long enough for a process that a busy machine has hardly started.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly AnonymousPipeServerStream _output = new(PipeDirection.Out, HandleInheritability.Inheritable);
    private readonly AnonymousPipeServerStream _error = new(PipeDirection.Out, HandleInheritability.Inheritable);
    private readonly string _end = Guid.NewGuid().ToString("N");
    private readonly Process? _collector;

    private OutputCapture(string? log, Screen screen)
    {
        Streams.Keep();
        _collector = Start(log, screen);
        _output.DisposeLocalCopyOfClientHandle();
        _error.DisposeLocalCopyOfClientHandle();
        if (_collector is null)
        {
            BeSilent();
            return;
        }

        // The console's own streams do not mind a reader that is gone.
        var led = StandardDescriptors.LeadTo(_output.SafePipeHandle, _error.SafePipeHandle);
        Console.SetOut(Writer(led ? Console.OpenStandardOutput() : _output));
        Console.SetError(Writer(led ? Console.OpenStandardError() : _error));
    }

    /// <param name="log">File to keep it in where anything is printed; null for none.</param>
    public static OutputCapture Begin(string? log, Screen screen) => new(log, screen);

    /// <summary>Likewise, in a folder that no <see cref="Hosting.OutputFolder"/> rids of what an earlier run left.</summary>
    public static OutputCapture BeginAnew(string log, Screen screen)
    {
        DeleteOld(log);
        return new(log, screen);
    }

    /// <summary>What is printed from now on, by threads and timers that a model left behind, is not kept.</summary>
    public void Dispose()
    {
        BeSilent();
        if (_collector is not null)
        {
            Finish(_collector);
        }

        _output.Dispose();
        _error.Dispose();
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false), leaveOpen: true) { AutoFlush = true };

    private void Finish(Process collector)
    {
        try
        {
            // A line of its own, and in one piece even where others still print.
            var end = Encoding.UTF8.GetBytes($"\n{_end}\n");
            _output.Write(end);
            _error.Write(end);
        }
        catch (IOException)
        {
            // It is gone already.
        }

        using (collector)
        {
            if (!collector.WaitForExit(Patience))
            {
                collector.Kill();
            }
        }
    }

    private Process? Start(string? log, Screen screen)
    {
        var command = SameExecutable.With(
        [
            CollectVerb.Name, _output.GetClientHandleAsString(), _error.GetClientHandleAsString(), _end,
            "--verbosity=" + Options.Word(screen.Verbosity), .. log is null ? [] : new[] { "--", log },
        ]);
        try
        {
            return Process.Start(new ProcessStartInfo(command.FileName, command.Arguments) { UseShellExecute = false });
        }
        catch (Win32Exception)
        {
            // No more processes, say. Then nothing is kept, but the work is done all the same.
            return null;
        }
    }

    private static void BeSilent()
    {
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        StandardDescriptors.LeadNowhere();
    }

    private static void DeleteOld(string log)
    {
        try
        {
            File.Delete(log);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whatever stands in the way there will be said when it matters: of the folder that the results go to.
        }
    }
}
