using System.Collections.Immutable;
using System.Security.Cryptography;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.UseCases;

/// <summary>What was found about a baseline, beside the policy that names it.</summary>
/// <param name="Path">Of the baseline file, relative to the working directory.</param>
internal sealed record BaselineVerification(string Path, Baseline Pinned, ImmutableArray<Finding> Findings)
{
    /// <summary>Whether results of the policy as it stands can be compared with it.</summary>
    public bool Holds => Findings.All(finding => finding.Severity != Severity.Error);

    /// <summary>
    /// Reads the file, which recomputes its digest and every count, then compares it with the policy, the data and the
    /// model's file. Neither the model is run nor libtorch loaded. Another model is no mistake: it is what a check is for.
    /// </summary>
    /// <exception cref="MistakeException">Policy, baseline or data cannot be read.</exception>
    public static BaselineVerification Run(string policyPath, string? baselinePath)
    {
        var policy = PolicyReader.Read(policyPath);
        var path = BaselineUpdate.PathOf(policy, baselinePath);
        var pinned = BaselineUpdate.Load(path);
        var samples = SampleSet.Load(policy.Data, policy.Model.Input, policy.Seed);
        var data = new DataFact(samples.Sha256, samples.Count, samples.Ids, samples.Labels);
        var (paired, obstacle) = Pairing.Pair(policy, data, pinned);
        return new(BaselineUpdate.Display(path), pinned,
        [
            .. obstacle is null ? [] : new[] { obstacle },
            .. paired is null ? [] : Attacks(policy, paired),
            .. Indicators(policy, pinned),
            .. Origin(policy, pinned.Origin),
        ]);
    }

    private static IEnumerable<Finding> Attacks(Policy policy, PairedBaseline pinned) => policy.Runs
        // A policy that leaves the draws open may have found a random model when it was pinned.
        .Select(run => (run.Entry.Path, Difference:
            Pairing.Difference(Expected(run), pinned) is { } difference && (run.Entry.Eot is not null || Pairing.Difference(Expected(Averaged(run)), pinned) is not null)
                ? difference : null))
        .Where(run => run.Difference is not null)
        .Select(run => Wrong(policy, run.Path, $"{run.Difference}: outcomes of different attacks cannot be compared."));

    private static AttackRun Averaged(AttackRun run) => run with { Entry = run.Entry with { Eot = AttackEntry.AutomaticDraws } };

    /// <summary>What the policy's run would be recorded as, without its outcomes.</summary>
    private static AttackFact Expected(AttackRun run) => new(
        run.Id, run.Entry.Attack.Name, AttackDescription.Protocol(run), run.Entry.Norm.Name(),
        run.Epsilon.IsBox ? null : run.Epsilon.Value, run.Entry.Target is not Target.None, new BitString([]), 0, 0, null, null, []);

    private static IEnumerable<Finding> Indicators(Policy policy, Baseline pinned) => policy.Gate.Rules
        .Where(rule => rule.MaxDropRatio is not null || rule.MaxRiseRatio is not null)
        .Where(rule => pinned.Indicator is null || !pinned.Indicator.PerSample.ContainsKey(Baseline.Quantity(rule.Metric)))
        .Select(rule => Wrong(policy, rule.Path, $"the baseline holds no values of {rule.Metric}, which this rule compares."));

    private static IEnumerable<Finding> Origin(Policy policy, BaselineOrigin origin)
    {
        if (origin.PolicySha256 != policy.Source.Sha256)
        {
            yield return Note(policy, "version", "the policy file changed since the baseline was pinned.");
        }

        if (origin.Seed != policy.Seed)
        {
            yield return Note(policy, "seed", FormattableString.Invariant($"the baseline was made with seed {origin.Seed}, the policy says {policy.Seed}: part of any difference is chance."));
        }

        // Weights in files beside the model are known only to whoever opens it, so a difference is no more than worth a look.
        if (origin.ModelSha256 is { } sha256 && File.Exists(policy.Model.Path) && Hash(policy.Model.Path) != sha256)
        {
            yield return Note(policy, "model.path", "the model's file is not the one that the baseline was pinned with: check says what that means.");
        }
    }

    private static Finding Wrong(Policy policy, string place, string message) => new(
        "RG0527", Severity.Error, policy.Source.At(place), $"{message} Run check, then baseline update, and let a reviewer see both.");

    private static Finding Note(Policy policy, string place, string message) => new("RG0528", Severity.Note, policy.Source.At(place), message);

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
