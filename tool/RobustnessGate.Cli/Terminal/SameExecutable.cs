using System.Collections.Immutable;
using RobustnessGate.Hosting;
using RobustnessGate.Kernels;

namespace RobustnessGate.Cli.Terminal;

/// <summary>This executable again, with a hidden verb. Under <c>dotnet tool.dll</c> the process is dotnet itself.</summary>
internal static class SameExecutable
{
    public static ChildCommand With(params ReadOnlySpan<string> arguments)
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this process is unknown");
        var ours = Environment.GetCommandLineArgs()[0];
        var isDotnet = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new ChildCommand(host, [.. isDotnet ? ImmutableArray.Create(ours) : [], .. arguments]) { SecondStart = KernelSelection.SecondStart };
    }
}
