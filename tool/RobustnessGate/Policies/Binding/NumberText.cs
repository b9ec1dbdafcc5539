using System.Globalization;
using System.Text.RegularExpressions;

namespace RobustnessGate.Policies.Binding;

/// <summary>
/// Numbers as a policy may write them: plain decimals and fractions such as 8/255, nothing else. YAML's own rules turn
/// 010 into 8, 1:30 into 90 and 1_000 into 1000 (or not, depending on the version); here these are mistakes.
/// </summary>
internal static partial class NumberText
{
    /// <summary>Regular expression of a fraction, also used in the JSON schema.</summary>
    public const string FractionPattern = @"^-?(0|[1-9][0-9]*)(\.[0-9]+)?\s*/\s*(0|[1-9][0-9]*)(\.[0-9]+)?$";

    /// <summary>A finite number; null for anything else. Fractions may stand in quotes, since YAML reads them as text anyway.</summary>
    public static double? Parse(string text, bool plain)
    {
        double value;
        if (plain && Decimal().IsMatch(text))
        {
            value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        else if (Fraction().IsMatch(text))
        {
            var parts = text.Split('/');
            value = double.Parse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture)
                / double.Parse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        else
        {
            return null;
        }

        return double.IsFinite(value) ? value : null;
    }

    /// <summary>Whether the text is meant as a number that is not finite: <c>.nan</c>, <c>inf</c>, <c>1e999</c>, <c>1/0</c>.</summary>
    public static bool IsNotFinite(string text) =>
        NotFinite().IsMatch(text) || ((Decimal().IsMatch(text) || Fraction().IsMatch(text)) && Parse(text, plain: true) is null);

    /// <summary>Whether the text is a percentage (<c>40%</c>, <c>1.0pt</c>), and then the fraction that it means.</summary>
    public static double? Percentage(string text)
    {
        var match = Percent().Match(text);
        return match.Success && Parse(match.Groups[1].Value, plain: true) is { } value ? value / 100 : null;
    }

    /// <summary>Advice that follows a refusal, with a leading space; empty where there is none to give.</summary>
    public static string Advice(string text, bool plain) => text switch
    {
        _ when !plain && Decimal().IsMatch(text) => " Remove the quotes, which make it text.",
        _ when Comma().IsMatch(text) => $" Write {text.Replace(',', '.')}, with a point.",
        _ when Underscores().IsMatch(text) => $" Write {text.Replace("_", "", StringComparison.Ordinal)}, without underscores.",
        _ when LeadingZero().IsMatch(text) => " Leading zeros mean octal to some YAML readers; write the number without them.",
        _ when Colons().IsMatch(text) => " Some YAML readers take colons as base 60; write a plain decimal number.",
        _ when Radix().IsMatch(text) => " Write a plain decimal number.",
        _ when text.StartsWith('.') && Decimal().IsMatch($"0{text}") => $" Write 0{text}.",
        _ when text.StartsWith('+') && Decimal().IsMatch(text[1..]) => $" Write {text[1..]}.",
        _ when text.EndsWith('.') && Decimal().IsMatch(text[..^1]) => $" Write {text[..^1]}.",
        _ => "",
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex Decimal();

    [GeneratedRegex(FractionPattern + @"\z")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^[+-]?\.?(nan|inf|infinity|∞)\z", RegexOptions.IgnoreCase)]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^(-?[0-9.]+)\s*(%|pt|pp|percent|points?)\z")]
    private static partial Regex Percent();

    [GeneratedRegex(@"^-?[0-9]+,[0-9]+\z")]
    private static partial Regex Comma();

    [GeneratedRegex(@"^-?[0-9][0-9_.]*_[0-9_.]*\z")]
    private static partial Regex Underscores();

    [GeneratedRegex(@"^[+-]?0[0-9]+(\.[0-9]*)?\z")]
    private static partial Regex LeadingZero();

    [GeneratedRegex(@"^[0-9]+(:[0-9.]+)+\z")]
    private static partial Regex Colons();

    [GeneratedRegex(@"^[+-]?0[xob][0-9a-fA-F]+\z")]
    private static partial Regex Radix();
}
