using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RobustnessGate.Tasks;

/// <summary>
/// Starts the tool, out of process and with its options in a response file, and turns the lines that begin with a
/// prefix of this run into diagnostics. Whatever else is printed is a message of low importance: a model that says
/// "Epoch 3: error rate: 0.12" fails nothing.
/// </summary>
public abstract class RobustnessToolTask : ToolTask
{
    private const string Mirror = "ROBUSTNESS_GATE_";

    /// <summary>What decides by which judge, on what and with which tool a check is made.</summary>
    private static readonly string[] Deciding = ["policy", "baseline", "seed", "max-samples"];

    private readonly string _prefix = Guid.NewGuid().ToString("N") + ":";
    private readonly Queue<string> _lastLines = new();
    private bool _greeted;

    /// <summary>The tool's executable or assembly; by default the local or global tool <c>dotnet robustness-gate</c>.</summary>
    public string? Executable { get; set; }

    /// <summary>The dotnet that runs the build.</summary>
    public string? DotnetHost { get; set; }

    /// <summary>Whether the tool spoke this protocol and ended well; an exit code of 0 alone says neither.</summary>
    [Output]
    public bool Passed { get; private set; }

    /// <summary>The verb of the tool.</summary>
    protected abstract string Verb { get; }

    /// <summary>Names and values of the verb's options; those without a value are left out.</summary>
    protected abstract IEnumerable<(string Option, string? Value)> Options { get; }

    /// <summary>Whether a build that the environment holds to git takes what decides from there alone.</summary>
    protected virtual bool ObeysEnvironment => false;

    protected override string ToolName => "dotnet-robustness-gate";

    protected override Encoding ResponseFileEncoding => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    protected override Encoding StandardOutputEncoding => Encoding.UTF8;

    protected override Encoding StandardErrorEncoding => Encoding.UTF8;

    private bool IsDirect => !string.IsNullOrEmpty(Tool) && !IsAssembly;

    private bool IsAssembly => string.Equals(Path.GetExtension(Tool), ".dll", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether the environment holds the build to git, as that of a build service does. Then it decides, and what a change can
    /// write in properties does not: they are left away, and the tool reads the environment or takes its defaults.
    /// </summary>
    private bool IsHeld => ObeysEnvironment && Variable("baseline") is { } baseline && (baseline == "auto" || baseline.StartsWith("git:", StringComparison.Ordinal));

    private string? Tool => IsHeld ? Variable("executable") : Executable;

    private static string? Variable(string option) =>
        Environment.GetEnvironmentVariable(Mirror + option.Replace('-', '_').ToUpperInvariant())?.Trim() is { Length: > 0 } value ? value : null;

    protected override string GenerateFullPathToTool() =>
        IsDirect ? Path.GetFullPath(Tool!) : string.IsNullOrEmpty(DotnetHost) ? "dotnet" : DotnetHost!;

    protected override string GenerateCommandLineCommands()
    {
        var command = new CommandLineBuilder();
        if (IsAssembly)
        {
            command.AppendFileNameIfNotNull(Path.GetFullPath(Tool!));
        }
        else if (!IsDirect)
        {
            command.AppendSwitch("robustness-gate");
        }

        command.AppendSwitch(Verb);
        return command.ToString();
    }

    /// <summary>One argument a line, as the tool reads it: nothing is quoted, so nothing can be misread.</summary>
    protected override string GenerateResponseFileCommands() => string.Concat(Arguments().Select(argument => argument + "\n"));

    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        if (!singleLine.StartsWith(_prefix, StringComparison.Ordinal))
        {
            Remember(singleLine);
            Log.LogMessage(MessageImportance.Low, "{0}", singleLine);
            return;
        }

        var line = singleLine.Substring(_prefix.Length);
        if (!_greeted)
        {
            _greeted = true;
            Log.LogMessage(MessageImportance.Low, "{0}", line);
        }
        else
        {
            DiagnosticLine.Log(Log, line);
            Diagnosed(line);
        }
    }

    /// <summary>Sees each diagnostic of the tool, as it was printed.</summary>
    protected virtual void Diagnosed(string line)
    {
    }

    /// <summary>A failure always has an error, and a crash exactly one.</summary>
    protected override bool HandleTaskExecutionErrors()
    {
        if (!_greeted)
        {
            DiagnosticLine.LogError(Log, "RG0902",
                $"the tool is missing or too old for this package (exit code {ExitCode}){LastWords()}. Install it with 'dotnet tool install "
                + "RobustnessGate.Tool', update it, or name it with the property RobustnessGateExecutable.");
        }
        else if (!Log.HasLoggedErrors)
        {
            DiagnosticLine.LogError(Log, "RG0904",
                $"the tool ended with exit code {ExitCode} and without a verdict{LastWords()}. Nothing is judged from a part; "
                + "run it by hand with '-v diag' to see more.");
        }

        return false;
    }

    /// <summary>An exit code of 0 counts only from a tool that speaks this protocol.</summary>
    public override bool Execute() => Passed = base.Execute() && (_greeted || HandleTaskExecutionErrors());

    /// <summary>The base class would report a tool that is not there by a code of its own, which nobody can look up here.</summary>
    protected override bool ValidateParameters()
    {
        SayWhatIsNotUsed();
        if (string.IsNullOrEmpty(Tool) || File.Exists(Tool))
        {
            return base.ValidateParameters();
        }

        DiagnosticLine.LogError(Log, "RG0902", $"{(IsHeld ? Mirror + "EXECUTABLE" : "the property RobustnessGateExecutable")} names '{Tool}', which does not exist.");
        return false;
    }

    private IEnumerable<string> Arguments() => Options
        .Concat([("--diagnostic-prefix", _prefix)])
        .Where(option => !string.IsNullOrEmpty(option.Item2) && IsUsed(option.Item1))
        .Select(option => $"{option.Item1}={OneLine(option.Item1, option.Item2!)}");

    private bool IsUsed(string option) => !IsHeld || option.TrimStart('-') is var name && !Deciding.Contains(name) && Variable(name) is null;

    private void SayWhatIsNotUsed()
    {
        var unused = Options.Where(option => !string.IsNullOrEmpty(option.Value) && !IsUsed(option.Option)).Select(option => $"{option.Option} {option.Value}")
            .Concat(IsHeld && !string.IsNullOrEmpty(Executable) && Tool != Executable ? [$"executable {Executable}"] : []).ToArray();
        if (unused.Length > 0)
        {
            Log.LogMessage(MessageImportance.High, "{0}", $"{Mirror}BASELINE in the environment holds this build to '{Variable("baseline")}', so the environment decides, and these properties "
                + $"of the project are not used: {string.Join(", ", unused)}. Say them in the environment ({Mirror}POLICY, …).");
        }
    }

    private static string OneLine(string option, string value) => value.IndexOfAny(['\r', '\n']) < 0
        ? value : throw new ArgumentException($"the value of {option} holds a line break");

    private void Remember(string line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            _lastLines.Enqueue(line.Trim());
        }

        while (_lastLines.Count > 2)
        {
            _lastLines.Dequeue();
        }
    }

    private string LastWords() => _lastLines.Count == 0 ? "" : $"; it last said: {string.Join(" / ", _lastLines)}";
}
