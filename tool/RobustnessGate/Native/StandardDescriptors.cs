using System.Runtime.InteropServices;

namespace RobustnessGate.Native;

/// <summary>
/// The descriptors that native code prints to: 1 and 2. Where they lead can be changed on Linux and macOS. Windows has none;
/// what a C library there prints to was settled when it was loaded, so nothing is changed.
/// </summary>
internal static partial class StandardDescriptors
{
    private const string Nowhere = "/dev/null";

    /// <summary>They lead there from now on, also for processes that are started.</summary>
    /// <returns>Whether they do.</returns>
    public static bool LeadTo(SafeHandle output, SafeHandle error) =>
        !OperatingSystem.IsWindows() && Lead(1, output) && Lead(2, error);

    /// <summary>What is printed from now on is not kept; what the C library still holds of earlier prints goes out before.</summary>
    public static void LeadNowhere()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _ = Flush(0);
        using var nowhere = File.OpenHandle(Nowhere, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        _ = LeadTo(nowhere, nowhere);
    }

    private static bool Lead(int descriptor, SafeHandle target)
    {
        var taken = false;
        try
        {
            target.DangerousAddRef(ref taken);
            return Duplicate((int)target.DangerousGetHandle(), descriptor) == descriptor;
        }
        finally
        {
            if (taken)
            {
                target.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "fflush")]
    private static partial int Flush(nint all);
}
