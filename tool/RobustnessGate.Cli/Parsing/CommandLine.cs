using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Cli.Verbs;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Cli.Parsing;

/// <summary>The verbs, and the way from arguments to an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Every verb. A new verb is one file and one line here.</summary>
    public static RootCommand Build() => new("Gates a build on the adversarial robustness of a classifier.")
    {
        CheckVerb.Create(),
        BaselineVerb.Create(),
        ReportVerb.Create(),
        PlanVerb.Create(),
        ExplainVerb.Create(),
        SchemaVerb.Create(),
        InspectVerb.Create(),
        SurfaceVerb.Create(),
        DoctorVerb.Create(),
        CommentVerb.Create(),
        HardenVerb.Create(),
        DataVerb.Create(),
        ReproduceVerb.Create(),
        EvaluateVerb.Create(),
        CollectVerb.Create(),
    };

    public static ExitCode Run(string[] args)
    {
        var end = ModelProcess.Of(ref args);
        var exit = Run(args, isApart: end is not null);
        if (end is not null)
        {
            File.WriteAllText(end, "");
        }

        return exit;
    }

    /// <param name="isApart">Whether this is the process that another one of ours started for a model; that one speaks with whoever started it.</param>
    private static ExitCode Run(string[] args, bool isApart)
    {
        var root = Build();
        var rules = new ParserConfiguration { ResponseFileTokenReplacer = ReadResponseFile };
        var typed = root.Parse(args, rules);
        args = EnvironmentMirror.Expand(typed, args, Environment.GetEnvironmentVariable);
        var parsed = root.Parse(args, rules);
        var channel = FindingChannel.Of(parsed);
        if (isApart)
        {
            return Run(parsed, channel, []);
        }

        channel.Open();
        try
        {
            var unknown = EnvironmentMirror.Unknown(root, Environment.GetEnvironmentVariables().Keys.Cast<string>()).ToArray();
            if (unknown.Length > 0 && !parsed.CommandResult.Command.Hidden)
            {
                channel.Report(unknown);
            }

            return ModelProcess.IsNeeded(parsed) ? ModelProcess.Run(args, channel) : Run(parsed, channel, EnvironmentMirror.FromEnvironment(typed, Environment.GetEnvironmentVariable));
        }
        finally
        {
            channel.Close();
        }
    }

    /// <param name="mirrored">Options that the environment gave.</param>
    private static ExitCode Run(ParseResult parsed, FindingChannel channel, IReadOnlyList<Option> mirrored)
    {
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            channel.Report(CommandLineFindings.Of(parsed, mirrored));
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
            channel.Report(mistake.Findings);
            return mistake.ExitCode;
        }
        catch (OperationCanceledException)
        {
            channel.Report([new("RG0910", Severity.Error, null, "interrupted before the end; run the same command again.")]);
            return ExitCode.Cancelled;
        }
    }

    /// <summary>One argument a line, taken as it stands: no quoting, so that no path can be misread.</summary>
    private static bool ReadResponseFile(string path, out IReadOnlyList<string>? arguments, out string? error)
    {
        try
        {
            (arguments, error) = (File.ReadAllLines(path), null);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            (arguments, error) = (null, $"the response file cannot be read: {exception.Message}");
            return false;
        }
    }

    /// <summary>Whether the highest verbosity was asked for; readable even where the command line is not.</summary>
    public static bool WantsDiagnosis(string[] args) => Build().Parse(args).Tokens
        .Select(token => token.Value)
        .Append(Environment.GetEnvironmentVariable(EnvironmentMirror.NameOf("--verbosity")))
        .Any(value => value is not null && value.StartsWith("diag", StringComparison.Ordinal));
}
