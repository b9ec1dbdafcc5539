using System.Text;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Native;

// The only catch-all of the product. Users' mistakes arrive as findings and never get this far as exceptions of ours.
try
{
    // What reads the output, a build or a file, takes it for UTF-8 on every system.
    Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
    Allocator.KeepFreed();
    return (int)CommandLine.Run(args);
}
catch (Exception exception)
{
    Screen.ReportInternalError(exception, CommandLine.WantsDiagnosis(args));
    return (int)ExitCode.InternalError;
}
