using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Integrity;

/// <summary>Leave to weaken one field of the judge to one value, for a reason, for a time.</summary>
/// <param name="Change">The field, as the finding names it.</param>
/// <param name="To">The value, as the finding prints it: a weaker one later needs leave of its own.</param>
internal sealed record Override(string Change, string To, string Reason, DateOnly Date, DateOnly Expires, Location Where)
{
    /// <summary>Both days included.</summary>
    public bool IsValidOn(DateOnly day) => Date <= day && day <= Expires;
}

/// <summary>The text of <c>robustness.overrides.yml</c>.</summary>
internal static class OverridesFile
{
    public const string Name = "robustness.overrides.yml";

    /// <summary>An exception that outlives everybody's memory is the rule.</summary>
    private const int LongestDays = 366;

    private const string Iso = "yyyy-MM-dd";

    private static readonly TextForm Line = new("text on one line", "^[^\\p{C}]*[^\\p{C}\\s][^\\p{C}]*$");
    private static readonly TextForm Day = new("a date such as 2026-11-22", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

    private static readonly Key<string> Change = Key.Must("change", Line, "the field, as finding RG0501 names it");
    private static readonly Key<string> To = Key.Must("to", Line, "the value that is allowed, as the finding prints it");
    private static readonly Key<string> Reason = Key.Must("reason", Line, "why, for who reads it later");
    private static readonly Key<string> Date = Key.Must("date", Day, "when it was decided");
    private static readonly Key<string> Expires = Key.Must("expires", Day, "the last day on which it holds");

    private static readonly Key<ImmutableArray<Override>> All = Key.Must(
        "overrides", new ListForm<Override>(new SectionForm<Override>([Change, To, Reason, Date, Expires], Build)), "changes that are allowed");

    /// <param name="display">The file's name in findings.</param>
    /// <exception cref="MistakeException">Not such a file; all mistakes at once.</exception>
    public static ImmutableArray<Override> Read(ReadOnlySpan<byte> bytes, string display)
    {
        var reading = new Reading(display, Path.GetTempPath());
        var text = YamlText.Decode(bytes, reading);
        var root = text is null ? null : YamlTree.Read(text, reading);
        if (root is MappingNode mapping)
        {
            var fields = Section.Read(mapping, [All], reading);
            if (reading.Mistakes == 0)
            {
                return [.. fields.Get(All).Select(entry => entry with { Where = entry.Where with { File = display } })];
            }
        }
        else if (reading.Mistakes == 0)
        {
            reading.Refuse(Codes.WrongKind, 1, 1, "overrides are a mapping that starts with 'overrides:', a list of entries.");
        }

        throw new MistakeException(ExitCode.InvalidInput, reading.Findings());
    }

    private static Override? Build(Fields fields)
    {
        if (Parse(fields, Date) is not { } date || Parse(fields, Expires) is not { } expires)
        {
            return null;
        }

        if (expires < date || expires.DayNumber - date.DayNumber > LongestDays)
        {
            fields.Reading.Refuse(
                Codes.OutOfRange, fields.At(Expires),
                $"'expires' must lie at most {LongestDays} days after 'date', and not before it: an exception that never ends lowers the bar for good.");
            return null;
        }

        var at = fields.Mapping;
        return new(fields.Get(Change)!, fields.Get(To)!, fields.Get(Reason)!, date, expires, new Location("", at.Line, at.Column));
    }

    private static DateOnly? Parse(Fields fields, Key<string> key)
    {
        if (DateOnly.TryParseExact(fields.Get(key), Iso, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        fields.Reading.Refuse(Codes.OutOfRange, fields.At(key), $"'{fields.Get(key)}' is no day of the calendar. Write year, month and day: {Iso}.");
        return null;
    }
}
