using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Hosting;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>evaluate REQUEST RECORDS OBSERVATIONS</c>, hidden: the evaluation process that <c>check</c> starts.</summary>
internal static class EvaluateVerb
{
    public const string Name = "evaluate";

    public static Command Create()
    {
        var request = new Argument<string>("REQUEST");
        var records = new Argument<string>("RECORDS");
        var observations = new Argument<string>("OBSERVATIONS") { Description = "The pipe for what can be watched." };
        var verbosity = Options.Verbosity();
        var command = new Command(Name, "Evaluates a request of another process.") { request, records, observations, verbosity };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            ParentWatch.Begin();
            using var interruption = new Interruption();
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var watch = new ObservationWriter(parsed.GetRequiredValue(observations), () => screen.Elapsed);
            return (int)EvaluationProcess.Run(
                parsed.GetRequiredValue(request), parsed.GetRequiredValue(records),
                watch.Tell, watch.Tell, () => screen.Elapsed, interruption.Token);
        });
        return command;
    }
}
