using System.Collections.Generic;
using System.IO;

namespace RobustnessGate.Tasks;

/// <summary>Runs <c>check</c>. The parameters are the options of that verb.</summary>
public sealed class RobustnessCheck : RobustnessToolTask
{
    private readonly List<string> _warnings = [];

    public string? Policy { get; set; }

    public string? Output { get; set; }

    public string? Format { get; set; }

    public string? Baseline { get; set; }

    public string? Device { get; set; }

    public string? Threads { get; set; }

    public string? BatchSize { get; set; }

    public string? Seed { get; set; }

    public string? MaxSamples { get; set; }

    public string? SaveAdversarial { get; set; }

    /// <summary>The option <c>--timeout</c>; <c>Timeout</c> is the base class's own, in milliseconds.</summary>
    public string? TimeLimit { get; set; }

    public string? InProcess { get; set; }

    public string? Verbosity { get; set; }

    public string? NoColor { get; set; }

    /// <summary>Folder for the tool's account of the files that it read and wrote.</summary>
    public string? TraceFolder { get; set; }

    /// <summary>Where the warnings of a check that passed are kept, for <see cref="RobustnessReplay"/>.</summary>
    public string? WarningsFile { get; set; }

    protected override string Verb => "check";

    protected override bool ObeysEnvironment => true;

    protected override IEnumerable<(string Option, string? Value)> Options
    {
        get
        {
            yield return ("--policy", Policy);
            yield return ("--output", Output);
            foreach (var format in Format?.Split([';', ','], System.StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                yield return ("--format", format.Trim());
            }

            yield return ("--baseline", Baseline);
            yield return ("--device", Device);
            yield return ("--threads", Threads);
            yield return ("--batch-size", BatchSize);
            yield return ("--seed", Seed);
            yield return ("--max-samples", MaxSamples);
            yield return ("--save-adversarial", SaveAdversarial);
            yield return ("--timeout", TimeLimit);
            yield return ("--in-process", InProcess);
            yield return ("--verbosity", Verbosity);
            yield return ("--no-color", NoColor);
            yield return ("--trace-files", TraceFolder);
        }
    }

    protected override void Diagnosed(string line)
    {
        if (DiagnosticLine.IsWarning(line))
        {
            _warnings.Add(line);
        }
    }

    public override bool Execute()
    {
        var passed = base.Execute();
        if (!string.IsNullOrEmpty(WarningsFile))
        {
            if (passed && _warnings.Count > 0)
            {
                File.WriteAllLines(WarningsFile, _warnings);
            }
            else
            {
                File.Delete(WarningsFile);
            }
        }

        return passed;
    }
}
