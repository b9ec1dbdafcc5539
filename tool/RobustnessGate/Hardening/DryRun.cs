using RobustnessGate.Diagnostics;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Samples;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Hardening;

/// <summary>
/// A hardening in small, with nothing kept: the model is opened, answers a few samples, makes one step's loss and
/// gradients, and is written back into memory.
/// </summary>
internal static class DryRun
{
    /// <summary>Training samples in it.</summary>
    private const int Few = 8;

    /// <exception cref="MistakeException">The model, or model and data together, are not what a hardening can work with.</exception>
    public static void Run(Preparation prepared)
    {
        using var scope = NewDisposeScope();
        var section = prepared.Policy.Model;
        using var model = new TrainableModel(section, prepared.Device);
        using var few = prepared.Training.ToTrainingSet(section.Input, prepared.Device, Few);
        var classes = model.Examine(few.Inputs);
        prepared.Training.RequireClasses(classes);
        prepared.Judged.RequireClasses(classes);
        RequireTargets(prepared, classes);
        model.RequireReach(few.Inputs);
        _ = model.Rewritten();
        Step(prepared, model, few);
    }

    /// <summary>The first step on a few samples.</summary>
    private static void Step(Preparation prepared, TrainableModel model, TrainingSet few)
    {
        var (regime, options) = (prepared.Section.Regime, prepared.Options);
        var tally = new EpochTally();
        var loss = regime.Loss(new(model, few.Inputs, few.Labels, 0, 0, options.Bounds, options.Seed)
        {
            Crafted = regime.CraftOnce() is null ? null : few.Inputs,
        });
        tally.Add(loss);
        if (!tally.IsFinite)
        {
            throw Divergence.Explain(regime, options, epoch: 1, step: 1, tally);
        }

        InputGradient.OfAll(loss.Total, [.. model.Weights.Select(weight => weight.Value)]);
    }

    private static void RequireTargets(Preparation prepared, int classes)
    {
        foreach (var entry in prepared.Policy.Attacks)
        {
            AttackTargets.RequireClasses(
                entry.Target switch
                {
                    Target.Class one => [one.Label],
                    Target.File file => [.. TargetFile.Read(file.Path, prepared.Judged.Count)],
                    _ => [],
                },
                classes, position => prepared.Judged.Positions[position]);
        }
    }
}
