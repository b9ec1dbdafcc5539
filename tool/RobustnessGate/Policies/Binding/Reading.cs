using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Binding;

/// <summary>One reading of a policy file: collects every mistake, and knows what relative paths are relative to.</summary>
/// <param name="file">The file as findings print it.</param>
/// <param name="directory">Absolute directory of the policy file.</param>
internal sealed class Reading(string file, string directory)
{
    /// <summary>More findings help nobody, and a hostile file could have a hundred thousand.</summary>
    private const int Most = 100;

    private readonly List<Finding> _findings = [];
    private readonly List<object> _understood = [];

    public string Directory { get; } = directory;

    /// <summary>Mistakes so far, listed or not.</summary>
    public int Mistakes { get; private set; }

    /// <summary>Remembers a section that is well formed in itself.</summary>
    public void Understand(object section) => _understood.Add(section);

    /// <summary>
    /// All well-formed sections of a type, in file order, also where others around them are not: what can be checked
    /// further is checked, so that all mistakes are found at once.
    /// </summary>
    public IEnumerable<T> Understood<T>() => _understood.OfType<T>();

    /// <summary>Whether further mistakes are only counted, so that their words need not be found.</summary>
    public bool IsFull => _findings.Count >= Most;

    public void Refuse(string code, Node at, string message) => Refuse(code, at.Line, at.Column, message);

    public void Refuse(string code, int line, int column, string message)
    {
        Mistakes++;
        if (!IsFull)
        {
            _findings.Add(new Finding(code, Severity.Error, new Location(file, Math.Max(line, 1), Math.Max(column, 1)), message));
        }
    }

    /// <summary>All mistakes in file order.</summary>
    public ImmutableArray<Finding> Findings()
    {
        var ordered = _findings.OrderBy(f => f.Where!.Line).ThenBy(f => f.Where!.Column).ToImmutableArray();
        return Mistakes <= Most
            ? ordered
            : ordered.Add(new Finding(
                Codes.NotYaml, Severity.Error, new Location(file, 0, 0),
                $"{Mistakes - Most} further mistakes are not listed. Is this a policy file?"));
    }
}
