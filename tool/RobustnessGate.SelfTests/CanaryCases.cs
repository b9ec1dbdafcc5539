using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using RobustnessGate.SelfTests.Canaries;

namespace RobustnessGate.SelfTests;

/// <summary>The attacks' canaries as cases of the self-test: attacks that miss on models of known outcome would let every model pass.</summary>
internal static class CanaryCases
{
    public static IEnumerable<SelfTestCase> All =>
    [
        new("every canary of the attacks comes out as known beforehand", Control) { IsControl = true },
        new("projected gradient descent looks nowhere but at one random point", Blind),
    ];

    private static SelfTestOutcome Control(CancellationToken cancel)
    {
        var outcomes = CanarySuite.Run(cancel);
        var wrong = outcomes.Where(outcome => !outcome.Passed).ToArray();
        return new(
            outcomes.Count > 0 && wrong.Length == 0,
            wrong.Length == 0 ? $"{outcomes.Count} canaries" : string.Join("; ", wrong.Select(outcome => $"{outcome.Name}: {outcome.Seen}")));
    }

    /// <summary>Canaries that sang whatever the attack did would watch over nothing.</summary>
    private static SelfTestOutcome Blind(CancellationToken cancel)
    {
        var broken = CanarySuite.All.Where(canary => canary.Attacks.Any(entry => entry.Attack is Pgd))
            .Select(canary => canary.Run(attack => attack is Pgd original ? new BlindPgd(original) : attack, cancel))
            .Where(outcome => !outcome.Passed).Select(outcome => outcome.Name).ToArray();
        return new(broken.Length > 0, broken.Length == 0 ? "no canary noticed" : $"canaries {string.Join(", ", broken)}");
    }

    /// <summary>One random point in the place of every search.</summary>
    private sealed record BlindPgd(Pgd Original) : Attack
    {
        public override string Name => Original.Name;

        public override IReadOnlyList<Norm> Norms => Original.Norms;

        public override int Queries => Original.Queries;

        public override void Run(Search search) => new Noise(Draws: 1).Run(search);
    }
}
