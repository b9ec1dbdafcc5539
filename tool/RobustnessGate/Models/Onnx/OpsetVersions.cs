using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>The version of each operator domain that a model or a function was written for.</summary>
internal sealed class OpsetVersions
{
    /// <summary>The oldest version that models may use: broadcasting and batch normalisation were others before.</summary>
    public const int Oldest = 7;

    /// <summary>The newest version of the standard domain whose operators are known here.</summary>
    public const int Newest = 21;

    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);

    public OpsetVersions(IEnumerable<OperatorSetIdProto> imports)
    {
        foreach (var import in imports)
        {
            var domain = Canonical(import.Domain);
            _versions[domain] = (int)Math.Clamp(import.Version, 1, int.MaxValue);
        }
    }

    /// <summary>0 where the domain is not imported.</summary>
    public int Of(string domain) => _versions.GetValueOrDefault(Canonical(domain));

    public static string Canonical(string domain) => domain == "ai.onnx" ? "" : domain;
}
