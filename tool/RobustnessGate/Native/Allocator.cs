using System.Runtime.InteropServices;

namespace RobustnessGate.Native;

/// <summary>
/// How the C library treats memory that was freed. A step of an attack or a training frees its whole graph and takes as
/// much again at once; by default glibc hands the pages back to the kernel each time and gets them back zeroed, page
/// fault by page fault: 10 to 17 % of the time that gradients of a small network take.
/// </summary>
internal static partial class Allocator
{
    // Of malloc.h.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    /// <summary>Blocks below this come from the heap; the most that glibc takes.</summary>
    private const int Mapped = 32 << 20;

    /// <summary>Free bytes at the end of the heap that are kept for the next step.</summary>
    private const int Kept = 512 << 20;

    /// <summary>
    /// Keeps freed memory for the next step. For a process of our own, before it works: it concerns all of it. Without
    /// effect where the C library is not glibc.
    /// </summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = Set(MapThreshold, Mapped);
            _ = Set(TrimThreshold, Kept);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library, which has other habits.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
