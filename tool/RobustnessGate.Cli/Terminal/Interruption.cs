using System.Runtime.InteropServices;

namespace RobustnessGate.Cli.Terminal;

/// <summary>Ctrl+C and a polite request to end: the first one cancels, so that what is known can be written; a second one ends at once.</summary>
internal sealed class Interruption : IDisposable
{
    private static Interruption? _present;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption()
    {
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
        _present = this;
    }

    /// <summary>As a first signal does, where anybody listens.</summary>
    public static void Ask()
    {
        try
        {
            _present?._source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was about to end anyway.
        }
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _present = null;
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            // Whoever asks twice does not want to wait for what could still be written; a child ends with its parent.
            Environment.Exit((int)Diagnostics.ExitCode.Cancelled);
        }

        context.Cancel = true;
        _source.Cancel();
    }
}
