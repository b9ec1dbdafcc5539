using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

namespace RobustnessGate.Results;

/// <summary><c>run.json</c>: what the host contributed, which no comparison may rest on.</summary>
internal sealed record RunDocument(
    int SchemaVersion, string TorchVersion, string Device, int Threads, int BatchSize, double Seconds,
    ImmutableSortedDictionary<string, double> SecondsByPart,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Precision = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] KernelFacts? Kernels = null)
{
    /// <summary>What the host was that these durations are of; null where the text is no such document.</summary>
    public static Fingerprint? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<RunDocument>(text, Json.Indented) is { } run
                ? new(run.TorchVersion, Fingerprint.Kind(run.Device), run.Precision, Fingerprint.Unusual(run.Kernels)) : null;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    public static string Render(RunFact fact) => Json.Render(new RunDocument(
        ResultsDocument.Version, fact.TorchVersion, fact.Device, fact.Threads, fact.BatchSize, fact.Seconds,
        fact.SecondsByPart.WithComparers(StringComparer.Ordinal), fact.Precision,
        fact.Kernels is { Convolutions: { } ways } kernels ? kernels with { Convolutions = ways.WithComparers(StringComparer.Ordinal) } : fact.Kernels));
}
