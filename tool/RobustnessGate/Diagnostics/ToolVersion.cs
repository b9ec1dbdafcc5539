using System.Reflection;

namespace RobustnessGate.Diagnostics;

/// <summary>Version of the tool, without the build's own additions.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
