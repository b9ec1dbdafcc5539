using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Samples;

/// <summary>
/// A table of numbers as text, one sample a row, separated by commas, semicolons or tabs; a first row without any number
/// is a header. The label is the column that <c>file.csv#column</c> names (by header, or by number from 0), else the one
/// with the header "label", else the last. Labels are whole numbers, or words, which are numbered in ordinal order.
/// Features are taken as they are.
/// </summary>
internal sealed class Csv
{
    private readonly DataFile _file;
    private readonly char _separator;
    private readonly bool _header;
    private readonly int _columns;
    private readonly int _labelColumn;

    /// <param name="labelled">Whether a column is the label; otherwise all are features.</param>
    private Csv(DataFile file, string first, string? column, bool labelled)
    {
        _file = file;
        _separator = first.Contains(',') ? ',' : first.Contains(';') ? ';' : first.Contains('\t') ? '\t' : ',';
        var cells = Cells(first);
        _header = !cells.Any(cell => Number(cell) is not null);
        _columns = cells.Length;
        _labelColumn = !labelled ? -1 : column is null ? UsualColumn(cells) : Column(cells, column);
    }

    private int Features => _labelColumn < 0 ? _columns : _columns - 1;

    public static bool Matches(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() is ".csv" or ".tsv" or ".txt";
    }

    /// <param name="labelled">Whether the file carries the labels.</param>
    public static DataSource OpenImages(DataFile file, string? column, bool labelled) => file.Guard(() =>
    {
        var csv = Open(file, column, labelled);
        var labels = new List<(int Line, string Text)>();
        var count = csv.Scan((_, line, cells) =>
        {
            if (labelled)
            {
                labels.Add((line, cells[csv._labelColumn]));
            }
        });
        var (numbers, names) = labelled ? csv.Classes(labels) : (null, null);
        return new DataSource(file.Path, count, ElementType.Float32, [csv.Features], numbers, csv.Take) { ClassNames = names };
    });

    /// <summary>Labels in a table of their own.</summary>
    public static ImmutableArray<int> ReadLabels(DataFile file, string? column) =>
        OpenImages(file, column, labelled: true).Labels!.Value;

    private static Csv Open(DataFile file, string? column, bool labelled)
    {
        foreach (var (_, text) in TextLines.Of(file))
        {
            return new Csv(file, text, column, labelled);
        }

        throw DataMistake.At("RG0302", file.Path, "it holds no rows.");
    }

    /// <summary>Calls back for every row of samples: index, line, cells. Returns how many there are.</summary>
    private int Scan(Action<int, int, string[]> use)
    {
        var index = 0;
        var blank = 0;
        foreach (var (line, text) in TextLines.Of(_file))
        {
            if (_header && line == 1)
            {
                continue;
            }

            // Empty lines at the end are harmless; in between one may be a row that was lost.
            if (string.IsNullOrWhiteSpace(text))
            {
                blank = blank == 0 ? line : blank;
                continue;
            }

            var cells = Cells(text);
            if (text.Contains('"', StringComparison.Ordinal) && text.Split(_separator).Select(cell => cell.Trim()).Any(IsHalfQuoted))
            {
                throw At(line, 1, "a quoted field holds the separator, or its quote is not closed. Quotes around whole fields are dropped; fields with separators in them are not read.");
            }

            if (blank > 0)
            {
                throw At(blank, 1, "this line is empty, and rows follow. Remove it: a lost row would shift every label after it.");
            }

            if (cells.Length != _columns)
            {
                throw At(line, 1, $"this row has {cells.Length} columns, the first one {_columns}.");
            }

            if (index == DataLimits.Samples)
            {
                throw DataMistake.TooLarge(_file.Path, $"it has more than {DataLimits.Samples} rows.");
            }

            use(index++, line, cells);
        }

        return index;
    }

    private Taken Take(IReadOnlyList<int> indices)
    {
        if ((long)indices.Count * Features * sizeof(float) > DataLimits.InUse)
        {
            throw DataMistake.TooLarge(_file.Path, "the samples in use do not fit into memory. Set data.samples to fewer.");
        }

        var places = indices.Select((index, place) => (index, place)).ToDictionary(pair => pair.index, pair => pair.place);
        var taken = new byte[indices.Count][];
        return _file.Guard(() =>
        {
            Scan((index, line, cells) =>
            {
                if (places.TryGetValue(index, out var place))
                {
                    taken[place] = Row(line, cells);
                }
            });
            return new Taken(taken, []);
        });
    }

    private byte[] Row(int line, string[] cells)
    {
        var row = new float[Features];
        for (int column = 0, k = 0; column < cells.Length; column++)
        {
            if (column != _labelColumn)
            {
                row[k++] = (float)(Number(cells[column])
                    ?? throw At(line, column + 1, $"column {column + 1} is '{Short(cells[column])}', which is not a number."));
            }
        }

        return MemoryMarshal.AsBytes<float>(row).ToArray();
    }

    private (ImmutableArray<int>? Labels, string[]? Names) Classes(List<(int Line, string Text)> labels)
    {
        if (labels.Count > 0 && labels.All(label => label.Text.Length > 0 && Number(label.Text) is null))
        {
            var names = labels.Select(label => label.Text).Distinct().Order(StringComparer.Ordinal).ToArray();
            var numbers = names.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number);
            return ([.. labels.Select(label => numbers[label.Text])], names);
        }

        return ([.. labels.Select(label => Number(label.Text) is { } value && value >= 0 && value <= int.MaxValue && value == Math.Floor(value)
            ? (int)value
            : throw DataMistake.At("RG0308", _file.Path, FormattableString.Invariant(
                $"line {label.Line}: the label is '{Short(label.Text)}'. Labels are whole numbers from 0, or all words. The column named 'label' is read as the label, else the last; name another as #column.")))], null);
    }

    private int UsualColumn(string[] first)
    {
        var named = _header ? Array.FindIndex(first, cell => cell.Equals("label", StringComparison.OrdinalIgnoreCase)) : -1;
        return named < 0 ? _columns - 1 : named;
    }

    private int Column(string[] first, string column)
    {
        var place = _header ? Array.IndexOf(first, column) : -1;
        if (place < 0 && int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < first.Length)
        {
            place = number;
        }

        return place >= 0
            ? place
            : throw DataMistake.At("RG0317", _file.Path, $"it has no column '{column}'"
                + (_header ? $"; its columns are {Short(string.Join(", ", first))}." : $"; columns are numbered 0 to {first.Length - 1}."));
    }

    private string[] Cells(string line) => [.. line.Split(_separator).Select(cell => cell.Trim().Trim('"'))];

    private static bool IsHalfQuoted(string cell) => cell == "\"" || cell.StartsWith('"') != cell.EndsWith('"');

    private static double? Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private MistakeException At(int line, int column, string message) => new(
        ExitCode.InvalidInput, new Finding("RG0322", Severity.Error, new Location(ShownPath.Of(_file.Path), line, column), message));

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
