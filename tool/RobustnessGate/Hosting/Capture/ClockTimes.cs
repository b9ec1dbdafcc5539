namespace RobustnessGate.Hosting.Capture;

/// <summary>Times of day in lines of a log. They make each line another, and say nothing about what is measured.</summary>
internal static class ClockTimes
{
    private const int Length = 8;

    /// <summary>Puts an ellipsis in place of each hh:mm:ss, with its fraction of a second.</summary>
    /// <returns>The length of the line then, in the same place.</returns>
    public static int LeaveOut(Span<char> line)
    {
        if (line.IndexOf(':') < 0)
        {
            return line.Length;
        }

        var written = 0;
        for (var read = 0; read < line.Length;)
        {
            var length = TimeAt(line, read);
            line[written++] = length > 0 ? '…' : line[read];
            read += Math.Max(length, 1);
        }

        return written;
    }

    private static int TimeAt(ReadOnlySpan<char> line, int start)
    {
        // Not the end of a longer number.
        if (line.Length - start < Length || line[start + 2] != ':' || (start > 0 && char.IsAsciiDigit(line[start - 1])))
        {
            return 0;
        }

        var time = line.Slice(start, Length);
        foreach (var digit in (ReadOnlySpan<int>)[0, 1, 3, 4, 6, 7])
        {
            if (!char.IsAsciiDigit(time[digit]))
            {
                return 0;
            }
        }

        return time[5] == ':' ? Length + FractionAt(line[(start + Length)..]) : 0;
    }

    private static int FractionAt(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 2 || rest[0] is not ('.' or ',') || !char.IsAsciiDigit(rest[1]))
        {
            return 0;
        }

        var end = rest[1..].IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? rest.Length : end + 1;
    }
}
