using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.SelfTests;

/// <summary>Ways to make a gate pass that should not, tried one by one on a small project that is otherwise in order.</summary>
internal static class GateMutants
{
    private const string AtBase = "git:main";

    /// <summary>Of the eight weights, whose pinned value is 4 where it is not 0.</summary>
    private static readonly float[] Noise = [0.9f, -0.4f, 0, 0, 0, 0, -2.6f, -1.9f];

    public static IEnumerable<SelfTestCase> All =>
    [
        new("nothing is changed, and that passes", Control) { IsControl = true },
        Policy("an attack is dropped", "RG0503", p => p.Replace("  - { name: fgsm, norm: linf, epsilon: 0.1 }\n", "")),
        Policy("an attack is renamed", "RG0503", p => p.Replace("name: fgsm,", "name: fgsm, id: harmless,")),
        Policy("epsilon is 0", "RG0112", p => p.Replace("name: pgd, norm: linf, epsilon: 0.1", "name: pgd, norm: linf, epsilon: 0")),
        Policy("epsilon is next to nothing", "RG0503", p => p.Replace("name: pgd, norm: linf, epsilon: 0.1", "name: pgd, norm: linf, epsilon: 0.000001")),
        Policy("an attack makes fewer steps", "RG0501", p => p.Replace("steps: 5", "steps: 1")),
        Policy("the seed is another one", "RG0501", p => p.Replace("seed: 7", "seed: 8")),
        Policy("a rule is removed", "RG0503", p => p.Replace("    - { metric: worst-case-accuracy, epsilon: 0.1, max-drop: 0.01 }\n", "")),
        Policy("a rule allows more", "RG0501", p => p.Replace("epsilon: 0.1, max-drop: 0.01", "epsilon: 0.1, max-drop: 0.5")),
        Policy("a rule only warns", "RG0501", p => p.Replace("epsilon: 0.1, max-drop: 0.01", "epsilon: 0.1, max-drop: 0.01, severity: warning")),
        Policy("alpha is raised", "RG0501", p => p.Replace("alpha: 0.01", "alpha: 0.5")),
        Policy("alpha is lowered", "RG0501", p => p.Replace("alpha: 0.01", "alpha: 0.00001")),
        Policy("one sample fewer, by the policy", "RG0501", p => p.Replace("samples: 100", "samples: 99")),
        Plain("one sample fewer, compared with the file alone", "RG0205", p => p.Replace("samples: 100", "samples: 99")),
        Plain("labels are swapped", "RG0205", p => p.WriteData(swapped: true)),
        Policy("labels are swapped in a change", "RG0501", p => p.WriteData(swapped: true)),
        Policy("more samples are asked for", "RG0501", p => p.Replace("samples: 100", "samples: 1000")),
        Policy("the baseline says that it comes from another machine", "RG0502", p => ChangeOrigin(p, origin => origin with { Device = "cuda" })),
        Policy("the baseline says that it comes from another libtorch", "RG0502", p => ChangeOrigin(p, origin => origin with { Torch = "1.0" })),
        Policy("the baseline says that it comes from another model", "RG0502", p => ChangeOrigin(p, origin => origin with { ModelSha256 = new string('e', 64) })),
        Policy("the model becomes code", "RG0501", p => File.WriteAllBytes(p[SelfTestProject.Model], [(byte)'M', (byte)'Z', 0, 0])),
        new("a change begins where the judge was weak", cancel => AtTarget(cancel)),
        Stored("labels in stored results are cut short", results => results with { Data = results.Data! with { Labels = results.Data.Labels[..50] } }),
        Stored("predictions in stored results are gone", results => results with { Natural = results.Natural! with { Predictions = [] } }),
        Stored("bits in stored results are one too long", results => results with { Natural = results.Natural! with { Bits = new(results.Natural.Bits.Append(true)) } }),
        Stored("stored results hold other pinned outcomes than the file", results => results with { Baseline = results.Baseline! with { Natural = new(results.Baseline.Natural.Select(_ => false)) } }),
        Plain("the network answers NaN", "RG0413", p => p.WriteModel(_ => float.NaN)),
        Plain("noise in the weights", "RG1001", p => p.WriteModel(position => 4f + Noise[position])),
        Plain("the baseline is truncated", "RG0202", p => EditBaseline(p, text => text[..^100])),
        Plain("the baseline is edited by hand", "RG0204", p => EditBaseline(p, text => text.Replace("\"seed\": 7", "\"seed\": 8", StringComparison.Ordinal))),
        Policy("the baseline is lowered with a fitting digest", "RG0502", LowerBaseline),
        Plain("the baseline is gone", "RG0201", p => File.Delete(p[SelfTestProject.Baseline])),
        Measured("the evaluation stops before its end", "RG0906", facts => facts with { Completed = false }),
        Measured("an attack's result is lost", "RG0907", facts => facts with { Attacks = facts.Attacks.RemoveAt(1) }),
        Measured("an attack judged fewer samples", "RG0907", facts => facts with { Attacks = facts.Attacks.SetItem(0, facts.Attacks[0] with { Bits = new(facts.Attacks[0].Bits.Skip(1)) }) }),
        Measured("the model hides its gradients, and the baseline's did not", "RG1138", facts => facts.With(new FindingFact(new(Gate.Masked, Severity.Warning, null, "hidden")))),
        Measured("an attack ran at another radius", "RG0907", facts => facts with { Attacks = facts.Attacks.SetItem(0, facts.Attacks[0] with { Epsilon = 0.01 }) }),
        new("the verdict in stored results is edited", EditedVerdict),
    ];

    /// <summary>A change on a branch, held to the judge at its merge base.</summary>
    private static SelfTestCase Policy(string name, string code, Action<SelfTestProject> mutate) => Case(name, code, mutate, AtBase, facts => facts);

    /// <summary>A check against the policy's baseline file.</summary>
    private static SelfTestCase Plain(string name, string code, Action<SelfTestProject> mutate) => Case(name, code, mutate, null, facts => facts);

    /// <summary>A fault of the evaluation itself.</summary>
    private static SelfTestCase Measured(string name, string code, Func<EvaluationFacts, EvaluationFacts> mutate) => Case(name, code, _ => { }, null, mutate);

    private static SelfTestCase Case(
        string name, string code, Action<SelfTestProject> mutate, string? baseline, Func<EvaluationFacts, EvaluationFacts> spoil) => new(name, cancel =>
    {
        using var project = new SelfTestProject(cancel);
        mutate(project);
        try
        {
            var outcome = project.Check(new SpoiltHost(spoil), baseline, cancel);
            var codes = outcome.Results.Gate.Findings.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.Code).Distinct().ToArray();
            return Caught(code, outcome.ExitCode, codes);
        }
        catch (MistakeException mistake)
        {
            return Caught(code, mistake.ExitCode, [.. mistake.Findings.Select(finding => finding.Code)]);
        }
    });

    private static SelfTestOutcome Caught(string expected, ExitCode exit, string[] codes) => new(
        exit != ExitCode.Passed && codes.Contains(expected),
        $"exit code {(int)exit}{(codes.Length > 0 ? ", " + string.Join(", ", codes) : "")}");

    /// <summary>Whatever fails everything would catch every mutant; so what is in order has to pass.</summary>
    private static SelfTestOutcome Control(CancellationToken cancel)
    {
        using var project = new SelfTestProject(cancel);
        var plain = project.Check(new SpoiltHost(facts => facts), null, cancel);
        var held = project.Check(new SpoiltHost(facts => facts), AtBase, cancel);
        return new(
            (plain.ExitCode, held.ExitCode) == (ExitCode.Passed, ExitCode.Passed) && held.Results.Integrity.IsEmpty && Differences(project) == 0,
            $"exit codes {(int)plain.ExitCode} and {(int)held.ExitCode}");
    }

    private static SelfTestOutcome EditedVerdict(CancellationToken cancel)
    {
        using var project = new SelfTestProject(cancel);
        project.WriteModel(_ => -4f);
        var failed = project.Check(new SpoiltHost(facts => facts), null, cancel);
        var results = project[SelfTestProject.Results];
        File.WriteAllText(results, File.ReadAllText(results)
            .Replace("\"exitCode\": 2", "\"exitCode\": 0", StringComparison.Ordinal)
            .Replace("\"verdict\": \"failed\"", "\"verdict\": \"passed\"", StringComparison.Ordinal));
        var differences = Differences(project);
        return new(
            failed.ExitCode == ExitCode.GateFailed && StoredResults.Read(results).Gate.Verdict == Verdict.Passed && differences > 0,
            $"{differences} differences recomputed");
    }

    /// <summary>An edit of what a check stored, which only a recomputation can see.</summary>
    private static SelfTestCase Stored(string name, Func<ResultsDocument, ResultsDocument> edit) => new(name, cancel =>
    {
        using var project = new SelfTestProject(cancel);
        project.Check(new SpoiltHost(facts => facts), null, cancel);
        var path = project[SelfTestProject.Results];
        File.WriteAllText(path, ResultsFile.Render(edit(StoredResults.Read(path))));
        var differences = Differences(project);
        return new(differences > 0, $"{differences} differences recomputed");
    });

    /// <summary>The policy at the merge base lets everything pass, and that of the target does not.</summary>
    private static SelfTestOutcome AtTarget(CancellationToken cancel)
    {
        using var project = new SelfTestProject(cancel);
        project.Replace("epsilon: 0.1, max-drop: 0.01", "epsilon: 0.1, max-drop: 0.9");
        project.Replace("min: 0.9, max-drop: 0.01", "min: 0.01, max-drop: 0.9");
        project.BeginFromHere();
        project.WriteModel(position => 4f + Noise[position]);
        var outcome = project.Check(new SpoiltHost(facts => facts), AtBase, cancel);
        return Caught("RG1001", outcome.ExitCode, [.. outcome.Results.Gate.Findings.Select(finding => finding.Code)]);
    }

    private static void ChangeOrigin(SelfTestProject project, Func<BaselineOrigin, BaselineOrigin> change)
    {
        var pinned = BaselineUpdate.Load(project[SelfTestProject.Baseline]);
        File.WriteAllText(project[SelfTestProject.Baseline], BaselineFile.Render(pinned with { Origin = change(pinned.Origin) }));
    }

    private static int Differences(SelfTestProject project) => StoredResults.Verify(
        project[SelfTestProject.Results], project[SelfTestProject.Policy], null, _ => project.Base).Differences.Count;

    private static void EditBaseline(SelfTestProject project, Func<string, string> edit)
    {
        var path = project[SelfTestProject.Baseline];
        File.WriteAllText(path, edit(File.ReadAllText(path)));
    }

    private static void LowerBaseline(SelfTestProject project)
    {
        var pinned = BaselineUpdate.Load(project[SelfTestProject.Baseline]);
        var nothing = new BitString(Enumerable.Repeat(false, pinned.Natural.Count));
        File.WriteAllText(project[SelfTestProject.Baseline], BaselineFile.Render(pinned with
        {
            Attacks = [.. pinned.Attacks.Select(attack => attack with { Bits = nothing })],
        }));
    }

    /// <summary>The real evaluation, with what it measured spoilt.</summary>
    private sealed class SpoiltHost(Func<EvaluationFacts, EvaluationFacts> spoil) : IEvaluationHost
    {
        private readonly InProcessHost _host = new(_ => { }, _ => { }, () => TimeSpan.Zero);

        public Evaluated Evaluate(EvaluationRequest request, CancellationToken cancel)
        {
            var evaluated = _host.Evaluate(request, cancel);
            return evaluated with { Facts = spoil(evaluated.Facts) };
        }
    }
}
