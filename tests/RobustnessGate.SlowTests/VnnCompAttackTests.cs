using RobustnessGate.Attacks;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Tests;
using RobustnessGate.Tests.Evaluation;
using RobustnessGate.Tests.Models;
using Xunit.Abstractions;

namespace RobustnessGate.SlowTests;

/// <summary>
/// Attacks on formally decided instances, each in its own box: what is proven robust must stay so whatever is tried, and
/// what has a counterexample should be broken. With <c>VNNCOMP=full</c> in the environment the attacks get full budgets.
/// </summary>
public class VnnCompAttackTests(ITestOutputHelper output)
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("VNNCOMP") == "full";

    /// <summary>Cheap enough for every build, and still the attacks of different kinds.</summary>
    private static readonly Attack[] First = Full
        ?
        [
            new Pgd(200, Restarts: 10, Loss: Loss.Margin), new CwLinf(100), new ApgdCe(100, Restarts: 5), new ApgdDlr(100, Restarts: 5),
            new ApgdT(100), new Square(5000),
        ]
        : [new Pgd(15, Restarts: 2, Loss: Loss.Margin), new CwLinf(10), new ApgdDlr(15), new Square(60)];

    /// <summary>For the few with a counterexample that are still robust.</summary>
    private static readonly Attack[] Second = Full ? [] : [new ApgdT(25), new Pgd(40, Restarts: 4, Loss: Loss.Margin), new Square(600)];

    [SharedDataFact(VnnComp.Index)]
    public void Nothing_proven_falls_and_most_with_a_counterexample_do()
    {
        var data = new VnnComp();
        var (found, proven) = (new HashSet<string>(), 0);
        foreach (var group in data.Instances.GroupBy(instance => (instance.Network, instance.Target)).OrderBy(group => group.Key.Network, StringComparer.Ordinal))
        {
            var broken = Broken(data, [.. group], First);
            proven += group.Count(instance => instance.Verdict == "unsat");
            Assert.DoesNotContain(group, instance => instance.Verdict == "unsat" && broken.Contains(instance.Id));
            found.UnionWith(broken);
            VnnComp.Instance[] robust = [.. group.Where(instance => instance.Verdict == "sat" && !broken.Contains(instance.Id))];
            if (robust.Length > 0 && Second.Length > 0)
            {
                found.UnionWith(Broken(data, robust, Second));
            }
        }

        var withCounterexample = data.Instances.Where(instance => instance.Verdict == "sat").ToList();
        var binarised = withCounterexample.Where(instance => instance.Network == "gtsrb_bnn_30.onnx").Select(instance => instance.Id).ToList();
        var differentiable = withCounterexample.Select(instance => instance.Id).Except(binarised).ToList();
        output.WriteLine($"{differentiable.Count(found.Contains)} of {differentiable.Count} with gradients and a counterexample were broken");
        output.WriteLine($"{binarised.Count(found.Contains)} of {binarised.Count} of the binarised network were broken");
        output.WriteLine($"0 of {proven} proven ones were broken");
        output.WriteLine("still robust: " + string.Join(", ", withCounterexample.Select(instance => instance.Id).Where(id => !found.Contains(id))));
        Assert.Equal((83, 53, 8), (proven, differentiable.Count, binarised.Count));
        Assert.InRange(differentiable.Count(found.Contains), 51, 53);
        Assert.InRange(binarised.Count(found.Contains), 5, 8);
    }

    /// <summary>A few steps of each attack, so that none can be added without meeting a proof.</summary>
    [SharedDataFact(VnnComp.Index)]
    public void No_attack_there_is_breaks_what_is_proven()
    {
        var data = new VnnComp();
        Attack[] attacks = [.. AttackCatalog.All.Where(attack => attack.Norms.Contains(Norm.Linf) && attack is not AutoAttack).Select(Tiny)];
        var proven = data.Instances.Where(instance => instance.Verdict == "unsat").ToList();

        var broken = proven.GroupBy(instance => (instance.Network, instance.Target)).SelectMany(group => Broken(data, [.. group], attacks));

        Assert.Empty(broken);
        Assert.Equal(83, proven.Count);
        Assert.InRange(attacks.Length, 13, AttackCatalog.All.Length);
        Assert.Subset(attacks.Select(attack => attack.Name).ToHashSet(), AutoAttack.Members.Select(attack => attack.Name).ToHashSet());
    }

    /// <summary>Whatever a whole number counts (steps, restarts, targets, samples), at most three.</summary>
    private static Attack Tiny(Attack attack) => (Attack)attack.GetType().GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)!
        .Invoke([.. AttackDescription.Parameters(attack).Select(parameter => parameter.Value is int count ? Math.Min(count, 3) : parameter.Value)]);

    /// <summary>Ids of the instances that some attack broke.</summary>
    private static HashSet<string> Broken(VnnComp data, VnnComp.Instance[] instances, Attack[] attacks)
    {
        using var network = data.Read(instances[0].Network);
        var lower = instances.SelectMany(instance => data.Lower(instance).ToArray()).ToArray();
        var upper = instances.SelectMany(instance => data.Upper(instance).ToArray()).ToArray();
        var bed = new Bed(
            network, [.. lower.Zip(upper, (low, high) => (low + high) / 2)], [.. instances.Select(instance => instance.Label)],
            [.. network.InputShape!.Select(size => (int)size)])
        {
            Bounds = null, Lower = lower, Upper = upper, Options = new(BatchSize: instances.Length),
        };
        Target target = instances[0].Target is { } wanted ? new Target.Class(wanted) : new Target.None();
        var result = bed.Run([.. attacks.Select(attack => new AttackEntry(null, attack, Norm.Linf, [Epsilon.Box], target, Judge.Any, "attacks[0]"))]);
        var binarised = instances[0].Network == "gtsrb_bnn_30.onnx";
        Assert.Equal(binarised, result.Findings.Any(finding => finding.Code == "RG1106"));
        Assert.True(!binarised || result.Findings.Any(finding => finding.Code == Gate.Masked));
        return [.. instances.Where((_, i) => result.Attacks.Any(attack => !attack.Bits[i])).Select(instance => instance.Id)];
    }
}
