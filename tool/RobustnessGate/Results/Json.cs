using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

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

    /// <summary>Why a text could not be read, in words for whoever has the file before them.</summary>
    public static string Reason(Exception mistake) => mistake switch
    {
        // The reader's own messages repeat the place, which findings give, and speak of types that nobody knows.
        JsonException { Path: "$" or null } => "it is no JSON of the expected form: empty, cut off, or something else",
        JsonException { Path: { } path } => $"'{path.TrimStart('$', '.')}' is missing, unknown or not of the expected kind, or the file is cut off there",
        FormatException => mistake.Message.TrimEnd('.'),
        _ => "it is no JSON of the expected form",
    };

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
        options.Converters.Add(new JsonStringEnumConverter<JudgeEffect>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
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
