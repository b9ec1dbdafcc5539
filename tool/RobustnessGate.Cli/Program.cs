using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Gating;

// The only catch-all of the product. Users' mistakes arrive as findings and never get this far as exceptions of ours.
try
{
    return (int)CommandLine.Run(args);
}
catch (Exception exception)
{
    Screen.ReportInternalError(exception, CommandLine.WantsDiagnosis(args));
    return (int)ExitCode.InternalError;
}
