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

    protected override string ToolName => "dotnet-robustness-gate";

    protected override Encoding ResponseFileEncoding => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    protected override Encoding StandardOutputEncoding => Encoding.UTF8;

    protected override Encoding StandardErrorEncoding => Encoding.UTF8;

    private bool IsDirect => !string.IsNullOrEmpty(Executable) && !IsAssembly;

    private bool IsAssembly => string.Equals(Path.GetExtension(Executable), ".dll", StringComparison.OrdinalIgnoreCase);

    protected override string GenerateFullPathToTool() =>
        IsDirect ? Path.GetFullPath(Executable!) : string.IsNullOrEmpty(DotnetHost) ? "dotnet" : DotnetHost!;

    protected override string GenerateCommandLineCommands()
    {
        var command = new CommandLineBuilder();
        if (IsAssembly)
        {
            command.AppendFileNameIfNotNull(Path.GetFullPath(Executable!));
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
        if (string.IsNullOrEmpty(Executable) || File.Exists(Executable))
        {
            return base.ValidateParameters();
        }

        DiagnosticLine.LogError(Log, "RG0902", $"the property RobustnessGateExecutable names '{Executable}', which does not exist.");
        return false;
    }

    private IEnumerable<string> Arguments() => Options
        .Concat([("--diagnostic-prefix", _prefix)])
        .Where(option => !string.IsNullOrEmpty(option.Item2))
        .Select(option => $"{option.Item1}={OneLine(option.Item1, option.Item2!)}");

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
