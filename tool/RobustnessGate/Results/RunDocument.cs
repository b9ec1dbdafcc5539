using System.Collections.Immutable;

namespace RobustnessGate.Results;

/// <summary><c>run.json</c>: what the host contributed, which no comparison may rest on.</summary>
public sealed record RunDocument(
    int SchemaVersion, string TorchVersion, string Device, int Threads, int BatchSize, double Seconds,
    ImmutableSortedDictionary<string, double> SecondsByPart)
{
    public static string Render(RunFact fact) => Json.Render(new RunDocument(
        ResultsDocument.Version, fact.TorchVersion, fact.Device, fact.Threads, fact.BatchSize, fact.Seconds,
        fact.SecondsByPart.WithComparers(StringComparer.Ordinal)));
}
