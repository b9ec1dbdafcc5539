namespace RobustnessGate.Native;

/// <summary>
/// The one place that reads the environment: which tensor library is loaded, and how it computes, is chosen once for the
/// whole process and before any request. Everything else comes with a request.
/// </summary>
internal static class ProcessEnvironment
{
#pragma warning disable RS0030 // See BannedSymbols.txt.
    /// <summary>The value of a variable; null where it is not set.</summary>
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
#pragma warning restore RS0030
}
