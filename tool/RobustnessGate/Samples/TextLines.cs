using System.Text;

namespace RobustnessGate.Samples;

/// <summary>Lines of a text file of bounded length, so that a file without line ends cannot fill the memory.</summary>
internal static class TextLines
{
    /// <summary>Number (from 1) and text of each line, without the line end; read inside <see cref="DataFile.Guard"/>.</summary>
    public static IEnumerable<(int Number, string Text)> Of(DataFile file)
    {
        using var reader = new StreamReader(file.Open(), Encoding.UTF8);
        var line = new StringBuilder();
        var buffer = new char[1 << 14];
        var number = 0;
        for (int read; (read = reader.Read(buffer)) > 0;)
        {
            var rest = buffer.AsMemory(0, read);
            for (int end; (end = rest.Span.IndexOf('\n')) >= 0; rest = rest[(end + 1)..])
            {
                yield return (++number, line.Append(rest.Span[..end]).ToString().TrimEnd('\r'));
                line.Clear();
            }

            line.Append(rest.Span);
            if (line.Length > DataLimits.Line)
            {
                throw DataMistake.TooLarge(file.Path, FormattableString.Invariant($"line {number + 1} is longer than {DataLimits.Line} characters."));
            }
        }

        if (line.Length > 0)
        {
            yield return (number + 1, line.ToString());
        }
    }
}
