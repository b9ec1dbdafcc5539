using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

/// <summary>A workspace whose model was checked, pinned and checked again: shared by tests that only read it.</summary>
public sealed class CheckedWorkspace : IDisposable
{
    public CheckedWorkspace() => Passed = Work.Run("check", "--in-process");

    internal Workspace Work { get; } = Workspace.Pinned();

    internal ToolRun Passed { get; }

    public void Dispose() => Work.Dispose();
}
