using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustnessGate.Gating;
using RobustnessGate.Gating.Integrity;

namespace RobustnessGate.Results;

/// <summary>
/// How facts, results and baselines become JSON: camel case, properties in the order of their declaration, LF, doubles
/// in their shortest exact form, never NaN. Reading is strict: no unknown, missing or null property slips through.
/// </summary>
internal static class Json
{
    /// <summary>For files that people and diffs read: indented, with each list of numbers on one line.</summary>
    public static readonly JsonSerializerOptions Indented = Options(indented: true);

    /// <summary>For logs: one object a line.</summary>
    public static readonly JsonSerializerOptions Lines = Options(indented: false);

    /// <summary>The text of a whole file, with its final newline.</summary>
    public static string Render<T>(T value) => JsonSerializer.Serialize(value, Indented) + "\n";

    private static JsonSerializerOptions Options(bool indented)
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = JsonTypes.Default,
            WriteIndented = indented,
            NewLine = "\n",
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            // These are files, not parts of a web page: 'ε' and the '+' of base64 stay as they are.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter<Verdict>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<RuleOutcome>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<Severity>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<BarEffect>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new BitsConverter());
        options.Converters.Add(new BytesConverter());
        options.Converters.Add(new IntervalConverter());
        options.Converters.Add(new IntegersConverter());
        options.Converters.Add(new NumbersConverter());
        options.Converters.Add(new DoubleConverter());
        options.Converters.Add(new PerSampleConverter());
        return options;
    }
}

[JsonSerializable(typeof(Fact))]
[JsonSerializable(typeof(ResultsDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(BaselineFile.Layout))]
[JsonSerializable(typeof(PinnedIndicator))]
[JsonSerializable(typeof(InspectionDocument))]
internal sealed partial class JsonTypes : JsonSerializerContext;
