using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>A number or a fraction such as 8/255.</summary>
internal sealed class NumberForm(RangeAttribute? range = null) : Form<double>
{
    /// <summary>Code of a value out of range.</summary>
    public string RangeCode { get; init; } = Codes.OutOfRange;

    /// <summary>What a value out of range would do, to follow the refusal.</summary>
    public string RangeWhy { get; init; } = "";

    public override string Words => range is null ? "a number" : $"a number {range.Words}";

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "number" }.Limited(range),
            new JsonObject { ["type"] = "string", ["pattern"] = NumberText.FractionPattern }),
    };

    public override JsonNode? ToJson(double value) => value;

    protected override bool TryReadValue(Node node, Reading reading, out double value)
    {
        value = 0;
        if (node is not ScalarNode scalar)
        {
            return RefuseKind(node, reading);
        }

        if (NumberText.Parse(scalar.Text, scalar.Plain) is not { } number)
        {
            return RefuseText(scalar, reading);
        }

        if (range is not null && !range.Allows(number))
        {
            var percent = range is BetweenAttribute { High: 1 } or InsideAttribute { High: 1 } && number is > 1 and <= 100;
            reading.Refuse(
                percent ? Codes.Percentage : RangeCode, node,
                $"{node.Name} must be {range.Words}, not {scalar.Text}." + (percent ? InPercent(number / 100) : Why));
            return false;
        }

        value = number;
        return true;
    }

    private string Why => RangeWhy.Length == 0 ? "" : " " + RangeWhy;

    private bool RefuseText(ScalarNode node, Reading reading)
    {
        if (NumberText.IsNotFinite(node.Text))
        {
            reading.Refuse(RangeCode, node, $"{node.Name} must be a finite number, not {node.Kind}.{Why}");
            return false;
        }

        if (NumberText.Percentage(node.Text) is { } fraction)
        {
            reading.Refuse(Codes.Percentage, node, $"{node.Name} must be {Words}, not {node.Kind}.{InPercent(fraction)}");
            return false;
        }

        return RefuseKind(node, reading, NumberText.Advice(node.Text, node.Plain));
    }

    private static string InPercent(double fraction) =>
        $" Percentages and points are written as fractions: {fraction.ToString("R", CultureInfo.InvariantCulture)}.";
}

/// <summary>A whole number.</summary>
internal sealed partial class WholeForm<T>(RangeAttribute? range = null) : Form<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override string Words => range is null ? "a whole number" : $"a whole number {range.Words}";

    public override JsonObject Schema() => new JsonObject { ["type"] = "integer" }.Limited(range);

    public override JsonNode? ToJson(T value) => JsonValue.Create(value);

    protected override bool TryReadValue(Node node, Reading reading, [MaybeNullWhen(false)] out T value)
    {
        value = T.Zero;
        if (node is not ScalarNode scalar)
        {
            return RefuseKind(node, reading);
        }

        if (!scalar.Plain || !Digits().IsMatch(scalar.Text))
        {
            return RefuseKind(node, reading, NumberText.Advice(scalar.Text, scalar.Plain));
        }

        if (!T.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            || (range is not null && !range.Allows(double.CreateChecked(value))))
        {
            reading.Refuse(
                Codes.OutOfRange, node,
                $"{node.Name} must be {range?.Words ?? $"between {T.MinValue} and {T.MaxValue}"}, not {node.Kind}"
                + (T.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "." : $", and at most {T.MaxValue}."));
            return false;
        }

        return true;
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)\z")]
    private static partial Regex Digits();
}
