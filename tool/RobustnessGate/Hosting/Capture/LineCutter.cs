using System.Text;

namespace RobustnessGate.Hosting.Capture;

/// <summary>Sees one line, which is gone once this returns.</summary>
internal delegate void LineSeen(ReadOnlySpan<char> line);

/// <summary>
/// Cuts a stream of bytes into lines, of which only the beginning is kept: a line may be as long as it likes. As on a
/// terminal, what follows a carriage return takes the place of what stood in the line, so that a progress bar is one line.
/// Bytes that are no UTF-8 become replacement characters; empty lines are not seen.
/// </summary>
internal sealed class LineCutter(LineSeen seen)
{
    /// <summary>Bytes of a line that are kept: enough for as many characters as are shown.</summary>
    private const int Most = 4 * Harmless.MostCharacters;

    private readonly byte[] _line = new byte[Most];
    private readonly char[] _characters = new char[Most];
    private int _length;
    private bool _returned;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            Keep(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
            {
                return;
            }

            if (bytes[end] == '\n')
            {
                End();
            }
            else
            {
                _returned = true;
            }

            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Ends the line, also where nothing did.</summary>
    public void End()
    {
        var count = Encoding.UTF8.GetChars(_line.AsSpan(0, _length), _characters);
        (_length, _returned) = (0, false);
        var line = _characters.AsSpan(0, count);
        var text = line[..ClockTimes.LeaveOut(line)].TrimEnd();
        if (!text.IsEmpty)
        {
            seen(text);
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_returned && !part.IsEmpty)
        {
            (_length, _returned) = (0, false);
        }

        var kept = Math.Min(part.Length, Most - _length);
        part[..kept].CopyTo(_line.AsSpan(_length));
        _length += kept;
    }
}
