using System.CommandLine;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Reports;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>baseline update</c>, <c>show</c>, <c>diff</c> and <c>verify</c>.</summary>
internal static class BaselineVerb
{
    public static Command Create() => new("baseline", "Pins the results that later ones are compared with, and shows them.")
    {
        Update(),
        Show(),
        Diff(),
        Verify(),
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
            var pinned = BaselineUpdate.Run(parsed.GetRequiredValue(policy), parsed.GetRequiredValue(output), parsed.GetValue(baseline));
            Console.Out.Write(BaselineText.Change(pinned.Before, pinned.After));
            FindingChannel.Of(parsed).Report(pinned.Warning is { } warning ? [warning] : []);
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
            Console.Out.Write(BaselineText.Render(BaselineUpdate.Show(parsed.GetRequiredValue(policy), parsed.GetValue(baseline))));
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static Command Diff()
    {
        var before = new Argument<string>("A") { Description = "A baseline file." };
        var after = new Argument<string>("B") { Description = "Another one." };
        var command = new Command("diff", "Says what differs between two baseline files: origin, samples, and who changed sides.") { before, after };
        command.SetAction(parsed =>
        {
            Console.Out.Write(BaselineDiff.Render(
                BaselineUpdate.Load(parsed.GetRequiredValue(before)), BaselineUpdate.Load(parsed.GetRequiredValue(after))));
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static Command Verify()
    {
        var policy = Options.Policy();
        var baseline = Where();
        var command = new Command("verify", "Checks that the baseline is whole, and that it belongs to the policy, the model and the data.") { policy, baseline };
        command.SetAction(parsed =>
        {
            var verified = BaselineVerification.Run(parsed.GetRequiredValue(policy), parsed.GetValue(baseline));
            FindingChannel.Of(parsed).Report(verified.Findings);
            if (!verified.Holds)
            {
                return (int)ExitCode.BaselineUnusable;
            }

            Console.Out.WriteLine(
                $"verified: {verified.Path} is whole, and of the policy's attacks and the {Words.Count(verified.Pinned.Natural.Count)} samples of its data");
            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static Option<string> Where() => Options.BaselineFile("PATH", "The baseline file (default: the policy's).");
}
