using System.Collections.Immutable;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Cli;

/// <summary>What the front process makes of an evaluation process, played here by a shell.</summary>
public class ChildProcessTests
{
    private static readonly Fact Natural = new NaturalFact(BitString.Parse("10"), [0, 1]);

    [Fact]
    public void Damaged_records_are_a_death_and_what_came_before_is_kept()
    {
        var evaluated = Evaluate(FactLog.Line(Natural) + "{\"kind\": \n", exitCode: 0);

        Assert.Equal(ExitCode.EvaluationCrashed, evaluated.End);
        Assert.Equal("RG0904", Assert.Single(evaluated.Facts.Findings).Code);
        Assert.Equal(2, evaluated.Facts.Natural!.Bits.Count);
    }

    [Theory]
    [InlineData("RG0901")]
    [InlineData("RG0914")]
    public void A_libtorch_that_cannot_be_used_is_not_called_a_defect_as_well(string code)
    {
        var unusable = new FindingFact(new Finding(code, Severity.Error, null, "libtorch cannot be used"));

        var evaluated = Evaluate(FactLog.Line(unusable), exitCode: 1);

        Assert.Equal(ExitCode.InternalError, evaluated.End);
        Assert.Equal(code, Assert.Single(evaluated.Facts.Findings).Code);
        Assert.Equal("RG0912", Assert.Single(Evaluate(FactLog.Line(Natural), exitCode: 1).Facts.Findings).Code);
    }

    [Fact]
    public void A_policy_that_changed_in_between_is_refused()
    {
        using var work = new Workspace();
        var request = Request(work["robustness.yml"]);
        var sha256 = request.ReadPolicy().Source.Sha256;
        Assert.Equal(sha256, (request with { PolicySha256 = sha256 }).ReadPolicy().Source.Sha256);
        File.AppendAllText(work["robustness.yml"], "# changed\n");

        var mistake = Assert.Throws<MistakeException>(() => (request with { PolicySha256 = sha256 }).ReadPolicy());

        Assert.Equal((ExitCode.InvalidInput, "RG0122"), (mistake.ExitCode, Assert.Single(mistake.Findings).Code));
    }

    [Fact]
    public void A_records_file_that_cannot_be_written_is_a_finding()
    {
        using var work = new Workspace();
        Request(work["robustness.yml"]).Write(work["request.json"]);

        var mistake = Assert.Throws<MistakeException>(() => EvaluationProcess.Run(
            work["request.json"], work["absent/records.jsonl"], _ => { }, _ => { }, () => TimeSpan.Zero, CancellationToken.None));

        Assert.Equal((ExitCode.EvaluationCrashed, "RG0909"), (mistake.ExitCode, Assert.Single(mistake.Findings).Code));
    }

    /// <summary>A process that cannot compute rightly as it is asks for older instructions, once.</summary>
    [Theory]
    [InlineData("exit 2", ExitCode.EvaluationCrashed)]
    [InlineData("exit 75", ExitCode.EvaluationCrashed)]
    [InlineData("exit 130", ExitCode.Cancelled)]
    internal void A_process_is_started_again_with_older_instructions_when_it_asks(string then, ExitCode end)
    {
        using var work = new Workspace();
        var shell = new ChildCommand("/bin/sh",
            ["-c", $"echo \"[$ONEDNN_MAX_CPU_ISA]\" >> '{work["starts.txt"]}'; [ -n \"$ONEDNN_MAX_CPU_ISA\" ] || exit 75; {then}", "sh"])
        {
            SecondStart = SameExecutable.With().SecondStart,
        };

        var evaluated = new ChildProcessHost(shell, null).Evaluate(Request(work["robustness.yml"]), CancellationToken.None);

        Assert.Equal(end, evaluated.End);
        Assert.Equal(["[]", "[AVX]"], File.ReadAllLines(work["starts.txt"]));
    }

    /// <summary>A process that writes these records and ends with this code.</summary>
    private static Evaluated Evaluate(string records, int exitCode)
    {
        using var work = new Workspace();
        File.WriteAllText(work["given.jsonl"], records);
        var shell = new ChildCommand("/bin/sh", ["-c", $"cp '{work["given.jsonl"]}' \"$2\"; exit {exitCode}", "sh"]);
        return new ChildProcessHost(shell, null).Evaluate(Request(work["robustness.yml"]), CancellationToken.None);
    }

    private static EvaluationRequest Request(string policy) => new(policy, new(), 1, 64, null);
}
