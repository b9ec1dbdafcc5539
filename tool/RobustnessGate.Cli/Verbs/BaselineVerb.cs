using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Gating;
using RobustnessGate.Reports;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>baseline update</c> and <c>baseline show</c>.</summary>
internal static class BaselineVerb
{
    public static Command Create() => new("baseline", "Pins the results that later ones are compared with, and shows them.")
    {
        Update(),
        Show(),
    };

    private static Command Update()
    {
        var policy = Options.Policy();
        var output = Options.Output();
        var baseline = Where();
        var command = new Command("update", "Pins the results of the output folder into the policy's baseline file.")
        {
            policy, output, baseline,
        };
        command.SetAction(parsed =>
        {
            var pinned = Pin.Run(parsed.GetRequiredValue(policy), parsed.GetRequiredValue(output), parsed.GetValue(baseline));
            Console.Out.Write(BaselineText.Change(pinned.Before, pinned.After));
            Console.Out.WriteLine($"wrote {pinned.Path}; commit it, so that pull requests are compared with it");
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static Command Show()
    {
        var policy = Options.Policy();
        var baseline = Where();
        var command = new Command("show", "Prints the policy's baseline.") { policy, baseline };
        command.SetAction(parsed =>
        {
            Console.Out.Write(BaselineText.Render(Pin.Show(parsed.GetRequiredValue(policy), parsed.GetValue(baseline))));
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static Option<string> Where()
    {
        var option = Options.Baseline("PATH", "The baseline file (default: the policy's).");
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value == CheckRequest.NoBaseline))
            {
                result.AddError("--baseline none names no file here; give the baseline file, or write ./none for a file of that name.");
            }
        });
        return option;
    }
}
