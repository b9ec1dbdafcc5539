using System.Runtime.InteropServices;

namespace RobustnessGate.Native;

/// <summary>
/// The descriptors that native code prints to: 1 and 2. Where they lead can be changed on Linux and macOS. Windows has none;
/// what a C library there prints to was settled when it was loaded, so nothing is changed.
/// </summary>
public static partial class StandardDescriptors
{
    private const string Nowhere = "/dev/null";

    /// <summary>Both lead here from now on, also for processes that are started.</summary>
    /// <returns>Whether they do.</returns>
    public static bool LeadTo(SafeHandle handle)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        var taken = false;
        try
        {
            handle.DangerousAddRef(ref taken);
            var target = (int)handle.DangerousGetHandle();
            return Duplicate(target, 1) == 1 && Duplicate(target, 2) == 2;
        }
        finally
        {
            if (taken)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>What is printed from now on is not kept.</summary>
    public static void LeadNowhere()
    {
        if (!OperatingSystem.IsWindows())
        {
            using var nowhere = File.OpenHandle(Nowhere, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            _ = LeadTo(nowhere);
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);
}
