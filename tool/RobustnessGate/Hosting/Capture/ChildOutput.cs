using System.Diagnostics;

namespace RobustnessGate.Hosting.Capture;

/// <summary>What a child process prints to its stdout and stderr, collected while it runs.</summary>
internal sealed class ChildOutput(Process process, OutputCollector collector) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly OutputDrain[] _drains =
        [new(process.StandardOutput.BaseStream, collector), new(process.StandardError.BaseStream, collector)];

    /// <summary>Once the process has ended: collects what is still on its way.</summary>
    public void Dispose()
    {
        foreach (var drain in _drains)
        {
            drain.Finish(Patience);
        }
    }
}
