using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>
/// How likely a paired rule is to fail, computed exactly before anything runs: the number of samples that change sides
/// is binomial in the discordance, the broken among them binomial again.
/// </summary>
internal static class Power
{
    /// <summary>The power that "can detect" means.</summary>
    public const double Wanted = 0.8;

    /// <summary>Share of samples that change sides between two unlike models under the same attack, where nothing was measured yet.</summary>
    public const double UsualDiscordance = 0.05;

    /// <summary>Share of samples that change sides beyond those that a drop itself accounts for.</summary>
    private const double Churn = 0.03;

    /// <summary>Drops are found to a hundredth of a point.</summary>
    private const double Resolution = 1e-4;

    /// <summary>Where the search for the smallest drop begins to double; small drops are quick to examine.</summary>
    private const double First = 0.01;

    private static readonly int[] Sizes =
        [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

    /// <summary>
    /// The chance that a rule fails: p below alpha and (broken − fixed) / samples above what is allowed.
    /// </summary>
    /// <param name="drop">True drop, as a fraction; at most <paramref name="discordance"/>.</param>
    /// <param name="discordance">Share of samples that change sides, either way.</param>
    /// <param name="allowed">The rule's max-drop; −1 for the test alone.</param>
    public static double Of(int samples, double drop, double discordance, double alpha, double allowed)
    {
        int? last = null;
        return Of(samples, drop, discordance, allowed, changed =>
        {
            last = last is { } before ? Next(changed, before, alpha) : Critical(changed, alpha);
            return last.Value;
        });
    }

    /// <param name="critical">Asked for one number of changed samples after the other, ascending by one.</param>
    private static double Of(int samples, double drop, double discordance, double allowed, Func<int, int> critical)
    {
        if (!(discordance > 0))
        {
            return 0;
        }

        var broken = Math.Min(1, (discordance + drop) / (2 * discordance));
        var spread = 6 * Math.Sqrt(samples * discordance * (1 - discordance)) + 8;
        var first = (int)Math.Max(1, Math.Floor((samples * discordance) - spread));
        var last = (int)Math.Min(samples, Math.Ceiling((samples * discordance) + spread));
        var power = 0.0;
        for (var changed = first; changed <= last; changed++)
        {
            // broken − fixed = 2·broken − changed must exceed what is allowed.
            var beyond = (int)Math.Floor(((allowed * samples) + changed) / 2 + 1e-9) + 1;
            var needed = Math.Max(critical(changed), Math.Max(beyond, 0));
            power += Binomial.PMF(discordance, samples, changed) * AtLeast(needed, changed, broken);
        }

        return power;
    }

    /// <summary>The smallest drop that a rule detects with <see cref="Wanted"/> power; null where it detects none.</summary>
    /// <param name="discordance">Share of samples that change sides; where null, the usual one, or what the drop itself needs.</param>
    public static double? SmallestDrop(int samples, double alpha, double allowed, double? discordance = null)
    {
        double Discordance(double drop) => discordance ?? Math.Max(UsualDiscordance, Math.Min(1, drop + Churn));
        // Critical counts depend on neither drop nor discordance, and are what costs time.
        var known = new Dictionary<int, int>();
        int Remembered(int changed) => known.TryGetValue(changed, out var count) ? count
            : known[changed] = known.TryGetValue(changed - 1, out var before) ? Next(changed, before, alpha) : Critical(changed, alpha);
        bool Detects(double drop) => Of(samples, drop, Discordance(drop), allowed, Remembered) >= Wanted;
        double low = 0, greatest = discordance ?? 1 - Churn, high = Math.Min(greatest, First);
        while (!Detects(high))
        {
            if (high >= greatest)
            {
                return null;
            }

            (low, high) = (high, Math.Min(greatest, 2 * high));
        }

        while (high - low > Resolution)
        {
            var middle = (low + high) / 2;
            (low, high) = Detects(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>The level of the strictest test that Holm's correction can ask of a policy's paired rules.</summary>
    public static double Level(Policy policy)
    {
        var compared = policy.Gate.Rules.Count(rule => rule.Compares);
        // Each fall that is limited is limited since the release as well.
        var total = policy.Gate.MaxTotalDrop is null ? 0 : policy.Gate.Rules.Count(rule => rule.MaxDrop is not null);
        return policy.Gate.Alpha / Math.Max(1, compared + total);
    }

    /// <summary>
    /// The smallest drop that some paired rule of a policy detects, each tested at the strictest level that Holm's
    /// correction can ask of it; null where no rule compares accuracies.
    /// </summary>
    public static double? SmallestDrop(Policy policy, int samples)
    {
        var level = Level(policy);
        return policy.Gate.Rules.Where(rule => rule is { MaxDrop: not null, Severity: RuleSeverity.Error })
            .Select(rule => rule.MaxDrop!.Value).Distinct().Order()
            .Select(allowed => SmallestDrop(samples, level, allowed)).FirstOrDefault(drop => drop is not null);
    }

    /// <summary>The smallest usual number of samples that would detect a drop; null where more than 100,000 are needed.</summary>
    public static int? SamplesFor(double drop, double discordance, double alpha, double allowed) =>
        Sizes.Cast<int?>().FirstOrDefault(size => Of(size!.Value, drop, discordance, alpha, allowed) >= Wanted);

    /// <summary>The least number of broken among the changed whose exact p-value is below alpha; one more than all where none is.</summary>
    internal static int Critical(int changed, double alpha)
    {
        int low = changed / 2, high = changed + 1;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Statistics.McNemar(middle, changed - middle) < alpha ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>The critical count of one more change: that of one fewer, or one above it, as a fair coin's tails interlace.</summary>
    private static int Next(int changed, int before, double alpha) =>
        before <= changed && Statistics.McNemar(before, changed - before) < alpha ? before : before + 1;

    /// <summary>P(Bin(n, p) ≥ k).</summary>
    private static double AtLeast(int k, int n, double p) =>
        k <= 0 ? 1 : k > n ? 0 : p >= 1 ? 1 : SpecialFunctions.BetaRegularized(k, n - k + 1, p);
}
