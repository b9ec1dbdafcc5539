using System.IO.Compression;
using ICSharpCode.SharpZipLib.Checksum;

namespace RobustnessGate.Samples;

/// <summary>
/// Reads one entry of a zip archive and compares its CRC-32 at the end, which the platform's stream does not.
/// </summary>
/// <param name="archive">Closed with the stream; null where the archive belongs to the caller.</param>
internal sealed class ZipEntryStream(ZipArchive? archive, ZipArchiveEntry entry) : Stream
{
    private readonly Stream _unpacked = entry.Open();
    private readonly Crc32 _crc = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the archive for this entry alone.</summary>
    public static ZipEntryStream Open(string path, string name)
    {
        var archive = ZipFile.OpenRead(path);
        try
        {
            var entry = archive.Entries.First(e => e.FullName.Replace('\\', '/') == name);
            return new ZipEntryStream(archive, entry);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = _unpacked.Read(buffer, offset, count);
        _crc.Update(new ArraySegment<byte>(buffer, offset, read));
        return read > 0 || count == 0 || _crc.Value == entry.Crc32 ? read : throw new InvalidDataException();
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
            archive?.Dispose();
        }

        base.Dispose(disposing);
    }
}
