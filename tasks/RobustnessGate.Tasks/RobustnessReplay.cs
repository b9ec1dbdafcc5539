using System.IO;
using Microsoft.Build.Framework;

namespace RobustnessGate.Tasks;

/// <summary>
/// Says again what a passing check warned of, in a build that skips it: warnings that a build makes errors must fail it
/// every time, and a log must not look cleaner than the model is.
/// </summary>
public sealed class RobustnessReplay : Microsoft.Build.Utilities.Task
{
    /// <summary>What <see cref="RobustnessCheck.WarningsFile"/> was.</summary>
    [Required]
    public string WarningsFile { get; set; } = "";

    public override bool Execute()
    {
        foreach (var line in File.ReadAllLines(WarningsFile))
        {
            DiagnosticLine.Log(Log, line);
        }

        return !Log.HasLoggedErrors;
    }
}
