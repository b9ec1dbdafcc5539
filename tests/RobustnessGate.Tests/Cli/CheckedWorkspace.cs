namespace RobustnessGate.Tests.Cli;

/// <summary>A workspace whose model was checked, pinned and checked again: shared by tests that only read it.</summary>
public sealed class CheckedWorkspace : IDisposable
{
    public CheckedWorkspace()
    {
        Work.Run("check", "--in-process");
        Work.Run("baseline", "update");
        Passed = Work.Run("check", "--in-process");
    }

    internal Workspace Work { get; } = new();

    internal ToolRun Passed { get; }

    public void Dispose() => Work.Dispose();
}
