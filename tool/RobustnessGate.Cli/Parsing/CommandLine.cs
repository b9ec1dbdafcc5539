using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Cli.Verbs;
using RobustnessGate.Gating;

namespace RobustnessGate.Cli.Parsing;

/// <summary>The verbs, and the way from arguments to an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Every verb. A new verb is one file and one line here.</summary>
    public static RootCommand Build() => new("Gates a build on the adversarial robustness of a classifier.")
    {
        CheckVerb.Create(),
        BaselineVerb.Create(),
        HardenVerb.Create(),
        DataVerb.Create(),
        ReproduceVerb.Create(),
        EvaluateVerb.Create(),
    };

    public static ExitCode Run(string[] args)
    {
        var root = Build();
        var parsed = root.Parse(EnvironmentMirror.Expand(root.Parse(args), args, Environment.GetEnvironmentVariable));
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            foreach (var finding in CommandLineFindings.Of(parsed))
            {
                Console.Error.WriteLine(finding);
            }

            return ExitCode.BadCommandLine;
        }

        // Interruption is ours (see Interruption): the library's own handler would end the process with a code of its own.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return (ExitCode)parsed.Invoke(configuration);
        }
        catch (MistakeException mistake)
        {
            Screen.Report(mistake.Findings);
            return mistake.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Screen.Report([new("RG0910", Severity.Error, null, "interrupted before the end; run the same command again.")]);
            return ExitCode.Cancelled;
        }
    }

    /// <summary>Whether the highest verbosity was asked for; readable even where the command line is not.</summary>
    public static bool WantsDiagnosis(string[] args) => Build().Parse(args).Tokens
        .Select(token => token.Value)
        .Append(Environment.GetEnvironmentVariable(EnvironmentMirror.NameOf("--verbosity")))
        .Any(value => value is not null && value.StartsWith("diag", StringComparison.Ordinal));
}
