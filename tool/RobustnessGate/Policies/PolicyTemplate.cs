using System.Globalization;
using System.Text.RegularExpressions;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;

namespace RobustnessGate.Policies;

/// <summary>A starter <c>robustness.yml</c>: short, commented, and accepted by <see cref="PolicyReader"/>.</summary>
internal static partial class PolicyTemplate
{
    /// <summary>Names of the attacks that a starter runs where they exist: one that is quick, one that is strong.</summary>
    private static readonly string[] Preferred = ["pgd", "autoattack"];

    /// <summary>Text of a starter policy whose rules compare with a baseline.</summary>
    /// <param name="modelPath">Relative to the policy file, like the other paths.</param>
    /// <param name="labelsPath">Null where the images carry their labels.</param>
    /// <param name="epsilons">Radii in raw input units, at least one.</param>
    /// <param name="samples">How many samples to use; null for all.</param>
    /// <exception cref="ArgumentException">No radius, or a path with control characters.</exception>
    public static string Render(
        string modelPath, string imagesPath, string? labelsPath, IReadOnlyList<int> shape, Bounds bounds,
        IReadOnlyList<double> epsilons, int? samples = null)
    {
        if (epsilons.Count == 0)
        {
            throw new ArgumentException("a starter policy needs a radius", nameof(epsilons));
        }

        var radii = $"[{string.Join(", ", epsilons.Select(Number))}]";
        var attacks = Preferred.Where(name => AttackCatalog.All.Any(attack => attack.Name == name)).Select(name =>
            $"  - {{ name: {name}, norm: linf, epsilon: {radii} }}\n");
        var rules = epsilons.Select(epsilon =>
            $"    - {{ metric: worst-case-accuracy, epsilon: {Number(epsilon)}, max-drop: 0.01 }}\n");
        var labels = labelsPath is null ? "# labels: labels.npy           # where the images do not carry them" : $"labels: {Text(labelsPath)}";
        var count = (samples is null ? "# samples: 1000" : $"samples: {samples}").PadRight(31)
            + "# the first ones; fewer samples tell only greater drops from chance";
        var indicator = $"indicator: {{ samples: {Math.Min(samples ?? 100, 100)} }}".PadRight(33);
        return $$"""
            # yaml-language-server: $schema=./robustness.schema.json
            # What the model must withstand.
            version: 1
            seed: 0                          # root of all randomness

            model:
              path: {{Text(modelPath)}}
              input:
                shape: [{{string.Join(", ", shape)}}]
                bounds: [{{Number(bounds.Low)}}, {{Number(bounds.High)}}]               # of raw input values; epsilon is in the same units
                # mean: [0.5]                # normalisation, where the model does not contain it
                # std: [0.5]

            data:
              images: {{Text(imagesPath)}}
              {{labels}}
              {{count}}

            {{indicator}}# geometry of the decision surface: an early sign, and cheap

            attacks:                         # epsilon: what your product must withstand; fractions such as 8/255 are fine
            {{string.Concat(attacks)}}
            gate:
              baseline: robustness.baseline.json   # pinned by: dotnet robustness-gate baseline update
              alpha: 0.01                    # a drop counts when chance explains it in fewer than 1 of 100 cases
              rules:                         # max-drop: fraction of the samples; min: the least that passes
                - { metric: natural-accuracy, max-drop: 0.005 }
            {{string.Concat(rules)}}    - { metric: linear-radius, max-drop-ratio: 0.1, severity: warning }

            report: { formats: [markdown, json] }

            """.ReplaceLineEndings("\n");
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A path as YAML text, in quotes where a plain one could be read as something else.</summary>
    private static string Text(string path) => Plain().IsMatch(path) ? path
        : path.Any(char.IsControl) ? throw new ArgumentException("a path with control characters", nameof(path))
        : $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[A-Za-z_./][A-Za-z0-9_./-]*\.[A-Za-z][A-Za-z0-9]*\z")]
    private static partial Regex Plain();
}
