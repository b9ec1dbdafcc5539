namespace RobustnessGate.Policies.Binding;

/// <summary>The diagnostic codes of a policy's mistakes; titles are in <see cref="Diagnostics.DiagnosticCatalog"/>.</summary>
internal static class Codes
{
    public const string Unreadable = "RG0101";
    public const string NotYaml = "RG0102";
    public const string Version = "RG0103";
    public const string UnknownAttack = "RG0104";
    public const string UnknownKey = "RG0105";
    public const string DuplicateKey = "RG0106";
    public const string MissingKey = "RG0107";
    public const string Empty = "RG0108";
    public const string WrongKind = "RG0109";
    public const string OutOfRange = "RG0110";
    public const string UnknownChoice = "RG0111";
    public const string Radius = "RG0112";
    public const string Percentage = "RG0113";
    public const string DuplicateId = "RG0114";
    public const string RuleMatch = "RG0115";
    public const string NotApplicable = "RG0116";
    public const string RuleNeeds = "RG0117";
    public const string Region = "RG0118";
    public const string NothingJudged = "RG0119";
    public const string UnknownMetric = "RG0120";
    public const string Inconsistent = "RG0121";
    public const string Levels = "RG0140";
}
