using System.Runtime.InteropServices;

namespace RobustnessGate.Native;

/// <summary>Who may look into this process, by <c>/proc</c> or a debugger.</summary>
internal static partial class ProcessInspection
{
    private const int SetDumpable = 4;

    /// <summary>
    /// On Linux, from now on only whom the system trusts with every process: the process of a model runs under the same
    /// account, and a build's secrets stand in this one's environment. A process that is started can be looked into again.
    /// </summary>
    public static void Refuse()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Control(SetDumpable, 0, 0, 0, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);
}
