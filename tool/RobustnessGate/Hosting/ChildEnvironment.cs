namespace RobustnessGate.Hosting;

/// <summary>
/// The environment of the evaluation process: what a runtime needs, and nothing else. A model is other people's code;
/// the tokens and secrets of a build are not its business.
/// </summary>
internal static class ChildEnvironment
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "HOME", "USER", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "LANG", "TZ", "TERM", "CI", "NO_COLOR",
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "LOCALAPPDATA", "APPDATA", "ProgramFiles", "ProgramData",
        "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
    };

    private static readonly string[] Families =
        ["DOTNET_", "COMPlus_", "LC_", "XDG_", "OMP_", "MKL_", "KMP_", "CUDA_", "NVIDIA_", "ROBUSTNESS_GATE_LIBTORCH"];

    public static void Restrict(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => !IsNeeded(name)).ToArray())
        {
            environment.Remove(name);
        }
    }

    private static bool IsNeeded(string name) =>
        Names.Contains(name) || Families.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
