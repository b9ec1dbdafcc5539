using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Results;

/// <summary>
/// Findings that say the same wherever a check runs: files relative to the policy's folder, in places and in words.
/// Until then places are absolute, relative to the working directory, or the bare name of a file of the policy.
/// </summary>
internal sealed class Places
{
    private readonly string _folder;
    private readonly string[] _files;

    public Places(Policy policy)
    {
        _folder = Path.GetDirectoryName(Path.GetFullPath(policy.Source.Path))!;
        _files =
        [
            .. new[]
            {
                policy.Source.Path, policy.Model.Path, policy.Model.Weights, policy.Data.Images, policy.Data.Labels,
                policy.Data.Lower, policy.Data.Upper, policy.Gate.Baseline,
            }.OfType<string>().Select(Path.GetFullPath).Distinct().OrderByDescending(file => file.Length),
        ];
    }

    public Finding Portable(Finding finding) => finding with
    {
        Where = finding.Where is { } place ? place with { File = Relative(place.File) } : null,
        Message = Plain(finding.Message),
    };

    public GateResult Portable(GateResult gate) => gate with
    {
        Findings = [.. gate.Findings.Select(Portable)],
        Rules = [.. gate.Rules.Select(rule => rule with { Message = rule.Message is { } message ? Plain(message) : null })],
    };

    /// <summary>The path, relative to the policy's folder, with '/'.</summary>
    public string Relative(string file)
    {
        var named = Path.GetFileName(file) == file ? Array.Find(_files, known => Path.GetFileName(known) == file) : null;
        return Path.GetRelativePath(_folder, named ?? Path.GetFullPath(file)).Replace('\\', '/');
    }

    /// <summary>A place of stored findings as the user would write it, who wrote the policy's path like this.</summary>
    public static string Shown(string policyPath, string file) =>
        Path.Combine(Path.GetDirectoryName(policyPath) ?? "", file).Replace('\\', '/');

    private string Plain(string message)
    {
        foreach (var file in _files)
        {
            message = message.Replace(file, Relative(file), StringComparison.Ordinal);
        }

        return message.Replace(Path.TrimEndingDirectorySeparator(_folder) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }
}
