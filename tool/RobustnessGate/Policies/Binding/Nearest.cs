namespace RobustnessGate.Policies.Binding;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class Nearest
{
    /// <summary>" Did you mean 'x'?" where a known name is near, then the list of known names.</summary>
    public static string Hint(string given, IEnumerable<string> known)
    {
        var names = known.ToArray();
        var list = $" Known: {string.Join(", ", names)}.";
        return To(given, names) is { } name ? $" Did you mean '{name}'?{list}" : list;
    }

    /// <summary>The known name that <paramref name="given"/> most likely stands for; null where none is near.</summary>
    public static string? To(string given, IEnumerable<string> known)
    {
        var flat = Flat(given);
        if (flat.Length is 0 or > 40)
        {
            return null;
        }

        var allowed = flat.Length switch { <= 4 => 1, <= 7 => 2, _ => 3 };
        return known
            .Select(name => (Name: name, Distance: Distance(flat, Flat(name), allowed)))
            .Where(candidate => candidate.Distance <= allowed)
            .OrderBy(candidate => candidate.Distance).ThenByDescending(candidate => candidate.Name.Length)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary>Abbreviations (eps) are near, longer forms (minimum for min) just near enough, others by their edits.</summary>
    private static int Distance(string given, string name, int allowed)
    {
        const int Enough = 3;
        return given.Length >= Enough && name.StartsWith(given, StringComparison.Ordinal) ? 1
            : name.Length >= Enough && given.StartsWith(name, StringComparison.Ordinal) ? Math.Min(Edits(given, name), allowed)
            : Edits(given, name);
    }

    /// <summary>Without case and separators, so that stepSize, step_size and step-size are the same.</summary>
    private static string Flat(string name) =>
        string.Concat(name.Where(c => c is not ('-' or '_' or ' ')).Select(char.ToLowerInvariant));

    /// <summary>Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.</summary>
    private static int Edits(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                var substitution = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(substitution, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
