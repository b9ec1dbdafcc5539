namespace RobustnessGate.Diagnostics;

/// <summary>The small text that stands in a checkout for a file of Git LFS that was not fetched.</summary>
internal static class LfsPointer
{
    public const string Advice = "this is a Git LFS pointer, not the file itself. Run git lfs pull; in a workflow, check out with lfs: true.";

    private static readonly byte[] Signature = "version https://git-lfs"u8.ToArray();

    /// <param name="file">At least the file's first bytes.</param>
    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Number of bytes that <see cref="Is"/> must see.</summary>
    public static int Length => Signature.Length;
}
