using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Samples;

namespace RobustnessGate.Evaluation;

/// <summary>The classes that attacks lead away from, or to.</summary>
internal static class AttackTargets
{
    /// <summary>Makes sure that targets are classes of the model.</summary>
    /// <param name="targets">Of the first samples, or of all.</param>
    /// <param name="number">What people call the sample at a position.</param>
    /// <exception cref="MistakeException">RG0323.</exception>
    public static void RequireClasses(long[] targets, int classes, Func<int, int> number)
    {
        var wrong = Array.FindIndex(targets, target => target < 0 || target >= classes);
        if (wrong >= 0)
        {
            throw new MistakeException(ExitCode.InvalidInput, new Finding("RG0323", Severity.Error, null, FormattableString.Invariant(
                $"the target of sample {number(wrong)} is class {targets[wrong]}, but the model has {classes} classes, numbered 0 to {classes - 1}.")));
        }
    }

    /// <summary>The class that each sample must leave or, for a target, reach: one for every sample.</summary>
    /// <exception cref="MistakeException">RG0323: a target that is no class of the model.</exception>
    public static long[] Of(Target target, SampleTensors samples, NaturalOutcome natural)
    {
        var classes = Resolve(target, samples, natural);
        RequireClasses(classes, natural.Logits[0].Length, samples.Number);
        return classes;
    }

    private static long[] Resolve(Target target, SampleTensors samples, NaturalOutcome natural) => target switch
    {
        Target.None => [.. samples.Labels.Select(label => (long)label)],
        Target.LeastLikely => [.. natural.LeastLikely.Select(label => (long)label)],
        Target.Class one => [.. Enumerable.Repeat((long)one.Label, samples.Count)],
        Target.File file => [.. TargetFile.Read(file.Path, samples.Count).Select(label => (long)label)],
        _ => throw new ArgumentException($"unknown target {target}"),
    };
}
