using System.Globalization;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary>
/// What must hold between sections. Each check takes the sections that are well formed in themselves, so that a mistake
/// in one place neither hides those elsewhere nor causes false alarms.
/// </summary>
internal sealed class CrossChecks
{
    private readonly MappingNode _root;
    private readonly Reading _reading;
    private readonly AttackEntry[] _attacks;

    private CrossChecks(MappingNode root, Reading reading)
    {
        _root = root;
        _reading = reading;
        _attacks = [.. reading.Understood<AttackEntry>()];
    }

    public static void Run(MappingNode root, Reading reading)
    {
        var checks = new CrossChecks(root, reading);
        checks.Bounds();
        checks.Ids();
        foreach (var entry in checks._attacks)
        {
            checks.Radii(entry);
            checks.Levels(entry);
        }

        foreach (var rule in reading.Understood<Rule>())
        {
            checks.Needs(rule);
            checks.Targets(rule);
        }
    }

    private InputSection? Input => _reading.Understood<InputSection>().FirstOrDefault();

    private DataSection? Data => _reading.Understood<DataSection>().FirstOrDefault();

    private void Bounds()
    {
        if (Input is { Bounds: null } && Data is { Lower: null })
        {
            _reading.Refuse(
                Codes.Region, Find("model.input.bounds"),
                "'bounds' can be none only where the data give a region per sample: data.lower and data.upper. Write [low, high], usually [0, 1].");
        }
    }

    private void Ids()
    {
        // Ids name files, and some file systems ignore case.
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var run in _attacks.SelectMany(entry => entry.Runs))
        {
            var path = run.Entry.Path;
            if (!seen.TryAdd(run.Id, path))
            {
                var advice = seen[run.Id] == path
                    ? "Remove the repeated radius."
                    : $"Give this entry an id of its own, for example: id: {run.Entry.Attack.Name}-2.";
                _reading.Refuse(
                    Codes.DuplicateId, Find(path), $"two results would be called '{run.Id}' ({seen[run.Id]} and {path}). {advice}");
            }
        }
    }

    private void Radii(AttackEntry entry)
    {
        var at = At(Find(entry.Path), "epsilon");
        for (var i = 0; i < entry.Epsilons.Length; i++)
        {
            var epsilon = entry.Epsilons[i];
            var place = at is SequenceNode list ? list.Items[i] : at;
            if (epsilon.IsBox && entry.Norm != Norm.Linf)
            {
                _reading.Refuse(Codes.Region, place, $"'box' is a region per feature, which only the norm linf describes, not {entry.Norm.Name()}.");
            }
            else if (epsilon.IsBox && Data is { Lower: null })
            {
                _reading.Refuse(Codes.Region, place, "'box' is the region per sample that the data give, but there is none. Add data.lower and data.upper.");
            }
            else if (entry.Norm == Norm.L0 && epsilon.Value < 1)
            {
                _reading.Refuse(
                    Codes.Radius, place, $"'epsilon' {epsilon} allows no change at all: in the norm l0 it is the number of features that may change. Write 1 or more.");
            }
            else if (entry.Norm == Norm.Linf && Input is { Bounds: { } range } && epsilon.Value > WidestRange(Input))
            {
                _reading.Refuse(
                    Codes.Radius, place,
                    string.Create(CultureInfo.InvariantCulture, $"'epsilon' {epsilon} is greater than the range of every input, within [{range.Low}, {range.High}]. ")
                    + "It is in raw input units: for 8-bit steps on inputs in [0, 1] write a fraction such as 8/255.");
            }
        }
    }

    private void Levels(AttackEntry entry)
    {
        if (entry.Quantize is not null && Input is { Bounds: null })
        {
            _reading.Refuse(
                Codes.Levels, At(Find(entry.Path), "quantize"),
                "'quantize' spreads its levels over the model's bounds, but there are none. Write model.input.bounds, usually [0, 1], or remove it.");
        }
    }

    private static double WidestRange(InputSection input) =>
        input.FeatureBounds.IsEmpty ? input.Bounds!.Value.Range : input.FeatureBounds.Max(bounds => bounds.Range);

    private void Needs(Rule rule)
    {
        if (Metrics.Indicators.Contains(rule.Metric) && _root.Find(PolicyKeys.Indicator.Name) is null)
        {
            _reading.Refuse(
                Codes.RuleNeeds, At(Find(rule.Path), "metric"),
                $"'{rule.Metric}' is never measured: the policy lacks 'indicator'. Add, for example: indicator: {{ samples: 100 }}.");
        }

        if (Metrics.Indicators.Contains(rule.Metric) && _reading.Understood<IndicatorSection>().FirstOrDefault() is { } indicator
            && Metrics.Needs(rule.Metric, indicator) is { } key)
        {
            _reading.Refuse(
                Codes.RuleNeeds, At(Find(rule.Path), "metric"),
                $"'{rule.Metric}' is never measured as 'indicator' is set. Add there: {key}.");
        }

        if (rule.Compares && ((MappingNode)Find("gate")).Find("baseline") is null)
        {
            _reading.Refuse(
                Codes.RuleNeeds, At(Find(rule.Path), "max-drop", "max-drop-ratio", "max-rise-ratio"),
                "the rule compares with a baseline, but the gate names none. Add, for example: baseline: robustness.baseline.json.");
        }
    }

    private void Targets(Rule rule)
    {
        // With an entry missing, a rule about it would be refused for the wrong reason.
        var written = _root.Find(PolicyKeys.Attacks.Name) switch { null => 0, SequenceNode list => list.Items.Length, _ => int.MaxValue };
        if (_attacks.Length == written && RuleTargets.Mismatch(_attacks.SelectMany(entry => entry.Runs), rule) is { } mismatch)
        {
            _reading.Refuse(Codes.RuleMatch, At(Find(rule.Path), "attack", "epsilon"), mismatch);
        }
    }

    /// <summary>The value at one of the keys, the first that there is; otherwise the mapping itself.</summary>
    private static Node At(Node mapping, params string[] keys) =>
        keys.Select(key => ((MappingNode)mapping).Find(key)).FirstOrDefault(node => node is not null) ?? mapping;

    /// <summary>The node at a path that well-formed sections are known to have.</summary>
    private Node Find(string path) => path.Split('.').Aggregate((Node)_root, (node, step) =>
    {
        var bracket = step.IndexOf('[', StringComparison.Ordinal);
        var value = ((MappingNode)node).Find(bracket < 0 ? step : step[..bracket])!;
        return bracket < 0 ? value : ((SequenceNode)value).Items[int.Parse(step[(bracket + 1)..^1], CultureInfo.InvariantCulture)];
    });
}
