using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

namespace RobustnessGate.Results;

/// <summary>
/// The text of <c>robustness.baseline.json</c>, and back. Reading trusts nothing: every count must follow from its
/// bits, and a digest over the content shows damage and hand edits. (It is no signature: who can rewrite the file can
/// rewrite the digest. What guards against that is review, and the integrity rules.)
/// </summary>
internal static class BaselineFile
{
    public const int SchemaVersion = 1;

    private const int BytesPerId = 8;

    /// <summary>A function of the baseline alone: no clock, no paths.</summary>
    public static string Render(Baseline baseline)
    {
        var layout = Layout.Of(baseline);
        return Json.Render(layout with { Sha256 = Digest(layout) });
    }

    /// <param name="display">The file's name in findings.</param>
    /// <exception cref="MistakeException">RG0202 unreadable, RG0203 another schema, RG0204 contradicts itself.</exception>
    public static Baseline Read(string text, string display)
    {
        var layout = Parse(text, display);
        if (layout.Sha256 != Digest(layout))
        {
            throw Mistake("RG0204", display, "its digest does not fit its content: it was damaged, merged or edited by hand");
        }

        try
        {
            return layout.ToBaseline();
        }
        catch (FormatException mistake)
        {
            throw Mistake("RG0204", display, Json.Reason(mistake));
        }
    }

    private static Layout Parse(string text, string display)
    {
        try
        {
            using (var document = JsonDocument.Parse(text))
            {
                var version = document.RootElement.GetProperty("schemaVersion").GetInt32();
                if (version != SchemaVersion)
                {
                    throw Mistake("RG0203", display, $"its schema version is {version}, this tool reads {SchemaVersion}");
                }
            }

            return JsonSerializer.Deserialize<Layout>(text, Json.Indented)
                ?? throw Mistake("RG0202", display, "it holds nothing");
        }
        catch (Exception mistake) when (mistake is JsonException or FormatException or InvalidOperationException
            or KeyNotFoundException or NotSupportedException)
        {
            var place = mistake as JsonException;
            throw Mistake("RG0202", display, Json.Reason(mistake), place?.LineNumber + 1, place?.BytePositionInLine + 1);
        }
    }

    private static string Digest(Layout layout) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Render(layout with { Sha256 = "" }))));

    private static MistakeException Mistake(string code, string display, string reason, long? line = null, long? column = null) =>
        new(ExitCode.BaselineUnusable, new Finding(code, Severity.Error, new Location(display, (int)(line ?? 0), (int)(column ?? 0)),
            $"this baseline cannot be used: {reason}. Restore it from version control, or pin the present results with baseline update."));

    /// <summary>The properties of the file, in order.</summary>
    internal sealed record Layout(
        int SchemaVersion, ToolPart Tool, PolicyPart Policy, ModelPart Model, DataPart Data, long Seed,
        NaturalPart Natural, ImmutableArray<AttackPart> Attacks, IndicatorPart? Indicator, string Sha256)
    {
        public static Layout Of(Baseline b) => new(
            BaselineFile.SchemaVersion, new(b.Origin.Tool, b.Origin.Torch, b.Origin.Device, b.Origin.Precision, b.Origin.Kernels), new(b.Origin.PolicySha256), new(b.Origin.ModelSha256, b.Origin.Credible),
            new(b.Origin.DataSha256, b.Natural.Count, b.SampleIds), b.Origin.Seed,
            new(b.Natural.Ones, b.Natural.Count, b.Natural.ToBase64()),
            [.. b.Attacks.Select(a => new AttackPart(
                a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, a.Targeted, a.Bits.Ones, a.Bits.Count, a.Bits.ToBase64(), a.Unbroken?.ToBase64()))],
            b.Indicator is { } i ? new(i.Samples, i.Right.ToBase64(), i.PerSample, i.Summary, i.Protocol) : null,
            "");

        /// <exception cref="FormatException">Counts, bits, ids or lengths contradict each other.</exception>
        public Baseline ToBaseline()
        {
            var ids = Data.SampleIds;
            Require(Data.Samples > 0, "it has no samples");
            Require(ids.Length == Data.Samples * BytesPerId, $"{ids.Length} bytes of sample ids for {Data.Samples} samples");
            Require(ids.Chunk(BytesPerId).Select(id => BitConverter.ToUInt64(id)).Distinct().Count() == Data.Samples, "a sample id occurs twice");
            Require(Attacks.Select(attack => attack.Id).Distinct().Count() == Attacks.Length, "an attack id occurs twice");
            return new(
                new(Tool.Version, Tool.Torch, Policy.Sha256, Model.Sha256, Data.Sha256, Seed, Tool.Device, Tool.Precision, Tool.Kernels, Model.Credible), ids,
                Bits("natural", Natural.Bits, Natural.Correct, Natural.Total),
                [.. Attacks.Select(a => new PinnedAttack(
                    a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, a.Targeted, Bits(a.Id, a.Bits, a.Robust, a.Total), Unbroken(a)))],
                Indicator is { } indicator ? Unpack(indicator) : null);
        }

        private BitString Bits(string what, string base64, int ones, int total)
        {
            Require(total == Data.Samples, $"'{what}' has {total} samples, the data {Data.Samples}");
            var bits = BitString.FromBase64(base64, total);
            Require(bits.Ones == ones, $"'{what}' says {ones} of {total}, its bits {bits.Ones}");
            return bits;
        }

        private BitString? Unbroken(AttackPart attack)
        {
            Require(attack.Targeted == (attack.Unbroken is not null), $"'{attack.Id}' must say what it left unbroken exactly if it is targeted");
            return attack.Unbroken is { } bits ? BitString.FromBase64(bits, attack.Total) : null;
        }

        private PinnedIndicator Unpack(IndicatorPart part)
        {
            Require(part.Samples >= 0 && part.Samples <= Data.Samples, $"the indicator covers {part.Samples} of {Data.Samples} samples");
            foreach (var (name, values) in part.PerSample)
            {
                Require(values.Length == part.Samples, $"'{name}' has {values.Length} values for {part.Samples} samples");
            }

            return new(part.Samples, BitString.FromBase64(part.Right, part.Samples), part.PerSample, part.Summary, part.Protocol);
        }

        private static void Require(bool condition, string otherwise)
        {
            if (!condition)
            {
                throw new FormatException(otherwise);
            }
        }
    }

    internal sealed record ToolPart(
        string Version, string? Torch,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Device = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Precision = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kernels = null);

    internal sealed record PolicyPart(string Sha256);

    internal sealed record ModelPart(
        string? Sha256, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Credible = null);

    internal sealed record DataPart(string Sha256, int Samples, ImmutableArray<byte> SampleIds);

    internal sealed record NaturalPart(int Correct, int Total, string Bits);

    internal sealed record AttackPart(
        string Id, string Name, string Protocol, string Norm, double? Epsilon, bool Targeted, int Robust, int Total, string Bits,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unbroken = null);

    internal sealed record IndicatorPart(
        int Samples, string Right, ImmutableSortedDictionary<string, ImmutableArray<double?>> PerSample,
        ImmutableSortedDictionary<string, IndicatorSummary> Summary,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Protocol = null);
}
