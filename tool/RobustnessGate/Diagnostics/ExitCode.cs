namespace RobustnessGate.Diagnostics;

/// <summary>Exit codes: the numbers of Microsoft.Testing.Platform, which .NET users already meet.</summary>
internal enum ExitCode
{
    Passed = 0,
    InternalError = 1,
    GateFailed = 2,
    Cancelled = 3,

    /// <summary>Policy, model or data invalid.</summary>
    InvalidInput = 4,
    BadCommandLine = 5,

    /// <summary>Baseline missing, mismatched or untrusted.</summary>
    BaselineUnusable = 6,
    EvaluationCrashed = 7,
    NothingEvaluated = 8,

    /// <summary>Only when the policy says <c>on-inconclusive: fail</c>.</summary>
    Inconclusive = 9,
}
