namespace RobustnessGate.Samples;

/// <summary>A kind of image file: recognised by the ending of its name or by its first bytes.</summary>
/// <param name="IsRead">Whether samples of this kind can be decoded.</param>
/// <param name="Endings">Of file names, in lower case.</param>
/// <param name="Matches">Whether the first <see cref="HeadLength"/> bytes (or fewer) are this kind's.</param>
internal sealed record ImageKind(string Name, bool IsRead, string[] Endings, Func<byte[], bool> Matches)
{
    /// <summary>Bytes that are enough to recognise any kind.</summary>
    public const int HeadLength = 16;

    /// <summary>What can be read, in words.</summary>
    public const string Read = "PNG, JPEG, BMP or GIF";

    public static readonly ImageKind Png = new("PNG", true, [".png"], head => PngGuard.IsPng(head));
    public static readonly ImageKind Jpeg = new("JPEG", true, [".jpg", ".jpeg", ".jpe", ".jfif"], head => head.AsSpan().StartsWith<byte>([0xff, 0xd8, 0xff]));
    public static readonly ImageKind Bmp = new("BMP", true, [".bmp", ".dib"], head => At(head, 0, "BM"u8) && At(head, 6, [0, 0, 0, 0]));
    public static readonly ImageKind Gif = new("GIF", true, [".gif"], head => At(head, 0, "GIF87a"u8) || At(head, 0, "GIF89a"u8));

    public static readonly IReadOnlyList<ImageKind> All =
    [
        Png, Jpeg, Bmp, Gif,
        new("WebP", false, [".webp"], head => At(head, 0, "RIFF"u8) && At(head, 8, "WEBP"u8)),
        new("TIFF", false, [".tif", ".tiff"], head => At(head, 0, [0x49, 0x49, 0x2a, 0]) || At(head, 0, [0x4d, 0x4d, 0, 0x2a])),
        new("AVIF or HEIF", false, [".avif", ".heic", ".heif"], head => At(head, 4, "ftypavif"u8) || At(head, 4, "ftypheic"u8) || At(head, 4, "ftypmif1"u8)),
        new("JPEG 2000", false, [".jp2", ".j2k", ".jpx"], head => At(head, 4, "jP  "u8) || At(head, 0, [0xff, 0x4f, 0xff, 0x51])),
        new("JPEG XL", false, [".jxl"], head => At(head, 4, "JXL "u8)),
        new("portable any-map", false, [".pbm", ".pgm", ".ppm", ".pnm", ".pam"], _ => false),
        new("Photoshop", false, [".psd"], head => At(head, 0, "8BPS"u8)),
        new("high dynamic range", false, [".hdr", ".exr"], head => At(head, 0, "#?RADIANCE"u8) || At(head, 0, [0x76, 0x2f, 0x31, 0x01])),
        new("Targa", false, [".tga"], _ => false),
        new("icon", false, [".ico"], _ => false),
        new("DICOM", false, [".dcm"], _ => false),
    ];

    /// <summary>By the ending of the name; null for an unknown one.</summary>
    public static ImageKind? OfName(string name) =>
        Path.GetExtension(name).ToLowerInvariant() is var ending && ending.Length > 0 ? All.FirstOrDefault(kind => kind.Endings.Contains(ending)) : null;

    /// <summary>By the first bytes; null where they are no image's.</summary>
    public static ImageKind? OfContent(byte[] head) => All.FirstOrDefault(kind => kind.Matches(head));

    private static bool At(byte[] head, int offset, ReadOnlySpan<byte> bytes) =>
        head.Length >= offset + bytes.Length && head.AsSpan(offset, bytes.Length).SequenceEqual(bytes);
}
