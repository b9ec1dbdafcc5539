using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>plan</c>: what check would run, what it costs, and what it can see.</summary>
internal static class PlanVerb
{
    public static Command Create()
    {
        var policy = Options.Policy();
        var maxSamples = Options.Whole("--max-samples", "Upper limit of the number of samples.", 1);
        var command = new Command("plan", "Says what check would run, what it costs at most, and the smallest drop that it can detect.")
        {
            policy, maxSamples,
        };
        command.SetAction(parsed =>
        {
            var plan = Planning.Of(parsed.GetRequiredValue(policy), new PolicyOverrides(MaxSamples: parsed.GetValue(maxSamples)));
            Console.Out.Write(PlanText.Render(plan));
            return (int)ExitCode.Passed;
        });
        return command;
    }
}
