using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Maths;

namespace RobustnessGate.Reports;

/// <summary>An overview in the few lines that a person sees first.</summary>
internal static class OverviewText
{
    private const int Margin = 20;
    private const int MostOperators = 8;
    private const int MostNodes = 3;

    public static IEnumerable<string> Lines(Overview overview)
    {
        var (model, data, natural) = overview;
        return
        [
            .. model.File.Length <= Margin ? [] : new[] { $"  {model.File}" },
            Line(model.File.Length <= Margin ? model.File : "", $"{model.Summary}, {Nodes(model)}{Count(model.Parameters, "parameter")}{Linearity(model)}, {Batching(model.Batching)}"),
            .. model.Operators.IsEmpty ? [] : new[] { Line("operators", Operators(model)) },
            Line("input", $"{string.Join('×', model.InputShape)} {Bounds(model.Bounds)}"),
            Line("output", $"{Count(model.Classes, "class", "classes")}, {model.Output}{(model.Float64 ? "" : "; float32 only")}"),
            .. model.NonDifferentiable.IsEmpty ? [] : new[] { Line("no gradient through", Few(model)) },
            .. model.Notes.Select(note => Line("", note)),
            .. data is null ? [] : new[] { Line("data", Data(data, model)) },
            .. natural is null ? [] : new[] { Line("natural accuracy", Accuracy(natural, data)) },
        ];
    }

    private static string Line(string name, string text) => $"  {name.PadRight(Margin)} {text}";

    private static string Nodes(ModelOverview model) => model.Operators.IsEmpty ? "" : Count(model.Operators.Values.Sum(), "node") + ", ";

    private static string Operators(ModelOverview model)
    {
        var ordered = model.Operators.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var shown = ordered.Take(MostOperators).Select(pair => pair.Value == 1 ? pair.Key : Text($"{pair.Key} ×{pair.Value}"));
        return string.Join(", ", shown) + (ordered.Count > MostOperators ? Text($" and {ordered.Count - MostOperators} more") : "");
    }

    private static string Linearity(ModelOverview model) => model.PiecewiseLinear switch
    {
        true => ", piecewise linear",
        false => ", smooth",
        null => "",
    };

    private static string Batching(string batching) => batching switch
    {
        "native" => "batchable",
        "patched" => "fixed batch, made batchable",
        _ => "not batchable",
    };

    private static string Bounds(Interval? bounds) => bounds is { } b ? Text($"in [{b.Low}, {b.High}]") : "without bounds";

    private static string Few(ModelOverview model) =>
        string.Join(", ", model.NonDifferentiable.Take(MostNodes))
        + (model.NonDifferentiable.Length > MostNodes ? Text($" and {model.NonDifferentiable.Length - MostNodes} more") : "");

    private static string Data(DataOverview data, ModelOverview model) =>
        $"{Count(data.Samples, "sample")}, {Count(data.Classes, "class", "classes")}; "
        + (data.Mapped
            ? $"pixels 0..255 mapped to {Bounds(model.Bounds)[3..]}"
            : Text($"values from {(float)data.Values.Low} to {(float)data.Values.High}"));

    private static string Accuracy(NaturalOverview natural, DataOverview? data) =>
        Text($"{Words.Percent((double)natural.Correct / natural.Total)}: {natural.Correct:N0} of {(data?.Samples > natural.Total ? "the first " : "")}{natural.Total:N0}");

    private static string Count(long count, string one, string? many = null) => Text($"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
