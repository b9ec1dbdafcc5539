using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using RobustnessGate.Hosting;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Parsing;

/// <summary>The options that several verbs share, each made anew for its verb: an option belongs to one command.</summary>
internal static class Options
{
    public const string FormatName = "--format";

    public static Option<string> Policy() => Text("--policy", "FILE", "The policy.", "robustness.yml", "-p");

    public static Option<string> Output() =>
        Text("--output", "DIR", "Folder for results and reports.", "artifacts/robustness", "-o");

    public static Option<string> Device()
    {
        var option = Text("--device", "auto|cpu|cuda[:n]", "Where to evaluate (default: as the policy says).", null);
        option.Validators.Add(result =>
        {
            var device = result.GetValueOrDefault<string?>();
            if (device is not null and not "auto" and not "cpu" and not "cuda" && !IsNumberedCuda(device))
            {
                result.AddError($"--device must be auto, cpu, cuda or cuda:n, not '{device}'.");
            }
        });
        return option;
    }

    /// <summary>A baseline file, where nothing but a file can be meant: words that mean something else for check are refused.</summary>
    /// <param name="orReference">Whether a target may be meant as well.</param>
    public static Option<string> BaselineFile(string value, string description, bool orReference = false)
    {
        var option = Text("--baseline", value, description, null);
        option.Validators.Add(result =>
        {
            foreach (var word in result.Tokens.Select(token => token.Value).Where(word =>
                word is CheckRequest.NoBaseline || (!orReference && (word is TargetBranch.Auto || word.StartsWith(TargetBranch.Prefix, StringComparison.Ordinal)))))
            {
                result.AddError($"--baseline {word} names no file here; give the baseline file, or write ./{word} for a file of that name.");
            }
        });
        return option;
    }

    /// <summary>Names of reports, repeatable.</summary>
    public static Option<string[]> Formats(IReadOnlyList<string> known, string description)
    {
        var option = new Option<string[]>(FormatName, "-f") { HelpName = string.Join('|', known), Description = description };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !known.Contains(token.Value)))
            {
                result.AddError($"--format must be {string.Join(", ", known)}, not '{token.Value}'.");
            }
        });
        return option;
    }

    /// <summary>Short word, long word and meaning of each level.</summary>
    private static readonly (string Short, string Long, Verbosity Value)[] Levels =
    [
        ("q", "quiet", Parsing.Verbosity.Quiet),
        ("m", "minimal", Parsing.Verbosity.Minimal),
        ("n", "normal", Parsing.Verbosity.Normal),
        ("d", "detailed", Parsing.Verbosity.Detailed),
        ("diag", "diagnostic", Parsing.Verbosity.Diagnostic),
    ];

    public static Option<Verbosity?> Verbosity() => new("--verbosity", "-v")
    {
        HelpName = string.Join('|', Levels.Select(level => level.Short)),
        Description = $"How much is said on stderr: {string.Join(", ", Levels.Select(level => level.Long))} (default n).",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var level = Array.FindIndex(Levels, level => level.Short == text || level.Long == text);
            if (level < 0)
            {
                result.AddError($"--verbosity must be q, m, n, d or diag, not '{text}'.");
                return null;
            }

            return Levels[level].Value;
        },
    };

    public static string Word(Verbosity verbosity) => Array.Find(Levels, level => level.Value == verbosity).Short;

    public static Option<bool> NoColor() => new("--no-color") { Description = "Never colour the output (NO_COLOR does the same)." };

    /// <summary>A whole number of at least <paramref name="least"/>; null where it is not given.</summary>
    public static Option<T?> Whole<T>(string name, string description, T least)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least)
            {
                return value;
            }

            var range = least == T.MinValue ? "" : FormattableString.Invariant($" of at least {least}");
            result.AddError($"{name} must be a whole number{range}, not '{text}'.");
            return null;
        },
    };

    /// <summary>Numbers with ',' or 'x' between them; null where it is not given.</summary>
    /// <param name="what">What they must be, in words.</param>
    public static Option<ImmutableArray<double>?> Numbers(
        string name, string value, string description, string what, Func<ImmutableArray<double>, bool> holds) => new(name)
    {
        HelpName = value,
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var numbers = text.Trim('[', ']').Split(',', 'x', '×')
                .Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)
                .ToImmutableArray();
            if (numbers.All(double.IsFinite) && holds(numbers))
            {
                return numbers;
            }

            result.AddError($"{name} must be {what}, as {value}, not '{text}'.");
            return null;
        },
    };

    /// <summary>A duration such as 90s, 10m, 2h or 00:10:00; null where it is not given.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        HelpName = "DURATION",
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (ParseDuration(text) is { } duration && duration > TimeSpan.Zero)
            {
                return duration;
            }

            result.AddError($"{name} must be a duration such as 90s, 10m, 2h or 00:10:00, not '{text}'.");
            return null;
        },
    };

    public static Option<string> Text(string name, string value, string description, string? otherwise, params string[] aliases)
    {
        var option = new Option<string>(name, aliases) { HelpName = value, Description = description };
        if (otherwise is not null)
        {
            option.DefaultValueFactory = _ => otherwise;
        }

        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError($"{name} is empty.");
            }
        });
        return option;
    }

    private static bool IsNumberedCuda(string device) =>
        device.StartsWith("cuda:", StringComparison.Ordinal)
        && int.TryParse(device["cuda:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static TimeSpan? ParseDuration(string text)
    {
        var unit = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 } : 0;
        if (unit > 0)
        {
            return double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * unit <= TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(count * unit) : null;
        }

        return text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
    }
}

/// <summary>How much is said on stderr.</summary>
internal enum Verbosity { Quiet, Minimal, Normal, Detailed, Diagnostic }
