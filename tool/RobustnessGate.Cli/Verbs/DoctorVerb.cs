using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.SelfTests;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>doctor</c>: whether this machine can check, and with <c>--self-test</c> whether the gate catches what it must.</summary>
internal static class DoctorVerb
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var policy = Options.Policy();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var selfTest = new Option<bool>("--self-test") { Description = "Break a small project in many ways, and see whether the gate notices each." };
        var verbosity = Options.Verbosity();
        var command = new Command("doctor", "Checks the machine, the repository and the policy; --self-test checks the gate itself.") { policy, json, selfTest, verbosity };
        command.SetAction(parsed =>
        {
            using var capture = OutputCapture.Begin(log: null, new Screen(parsed.GetValue(verbosity), noColor: true));
            return (int)(parsed.GetValue(selfTest)
                ? Test(parsed.GetValue(json)) : Examine(parsed.GetRequiredValue(policy), parsed.GetValue(json)));
        });
        return command;
    }

    private static ExitCode Examine(string policy, bool json)
    {
        var checks = MachineReport.Examine(policy);
        if (json)
        {
            Write(checks.Select(check => new { name = check.Name, health = Word(check.Health), detail = check.Detail }));
        }
        else
        {
            foreach (var check in checks)
            {
                Streams.Out.WriteLine($"{Word(check.Health),-8}{check.Name,-10}{check.Detail}");
            }
        }

        return checks.FirstOrDefault(check => check.Health == Health.Failed)?.Exit ?? ExitCode.Passed;
    }

    private static ExitCode Test(bool json)
    {
        using var interruption = new Interruption();
        var results = SelfTest.Run(
            SelfTest.Cases,
            result =>
            {
                if (!json)
                {
                    Streams.Out.WriteLine($"{(!result.Caught ? "MISSED" : result.IsControl ? "passed" : "caught"),-8}{result.Name} ({result.Detail})");
                }
            },
            interruption.Token);
        var caught = results.Count(result => result is { Caught: true, IsControl: false });
        var total = results.Count(result => !result.IsControl);
        var sound = results.All(result => result.Caught);
        if (json)
        {
            Write(new { caught, total, sound, cases = results.Select(result => new { name = result.Name, caught = result.Caught, detail = result.Detail }) });
        }
        else
        {
            Streams.Out.WriteLine($"self-test: {caught} of {total} mutants caught{(sound ? "" : "; not sound")}");
        }

        foreach (var missed in results.Where(result => !result.Caught))
        {
            Streams.Error.WriteLine(new Finding("RG0530", Severity.Error, null, $"{missed.Name}: {missed.Detail}. Verdicts of this build on this machine cannot be relied on."));
        }

        return sound ? ExitCode.Passed : ExitCode.InternalError;
    }

    private static string Word(Health health) => health.ToString().ToLowerInvariant();

    private static void Write<T>(T value) => Streams.Out.WriteLine(JsonSerializer.Serialize(value, Layout));
}
