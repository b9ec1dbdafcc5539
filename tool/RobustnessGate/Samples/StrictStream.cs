namespace RobustnessGate.Samples;

/// <summary>
/// Bytes of a file whose end is an error: the image decoder reads zeros past the end, and can wait there for a marker
/// that never comes.
/// </summary>
internal sealed class StrictStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    public override int ReadByte()
    {
        var value = base.ReadByte();
        return value >= 0 ? value : throw new EndOfStreamException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        return read == count ? read : throw new EndOfStreamException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = base.Read(buffer);
        return read == buffer.Length ? read : throw new EndOfStreamException();
    }
}
