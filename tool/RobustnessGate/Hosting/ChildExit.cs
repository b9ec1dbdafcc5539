namespace RobustnessGate.Hosting;

/// <summary>Exit codes between the evaluating process and the one that started it; nobody else sees them.</summary>
internal static class ChildExit
{
    /// <summary>What the process ends with to be started again with older instructions: computed as it is, its answers would be wrong.</summary>
    public const int StartAgain = 75;
}
