using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Surfaces;

/// <summary>Surfaces of networks held in memory, around one input.</summary>
internal sealed record Ground(INetwork Network, float[] Input, int Label, params int[] Shape)
{
    public const ulong Id = 77;

    public int BatchSize { get; init; } = 16;

    /// <summary>Whether the grid is evaluated in float64.</summary>
    public bool Double { get; init; } = true;

    /// <summary>Answers that one averages.</summary>
    public int Draws { get; init; } = 1;

    public SurfaceGrid Survey(SurfaceSetting setting)
    {
        using var scope = NewDisposeScope();
        var input = new InputSection([.. Shape], new Bounds(0, 1), [], []);
        var model = new BatchedModel(new Classifier(Network, input), BatchSize, CPU) { Draws = Draws };
        var sample = tensor(Input).reshape([1, .. Shape.Select(size => (long)size)]);
        return new InputSurface(model, "network").Of(
            new SurfaceSample(Double ? sample.to(ScalarType.Float64) : sample, zeros_like(sample), ones_like(sample), Label, 3, Id), setting, CancellationToken.None);
    }

    /// <summary>A point of 12 features, and a network of tanh around which every derivative exists.</summary>
    public static (Ground Ground, HandNetwork Hand, double[] Point) Smooth()
    {
        var hand = new HandNetwork("surface", 12, 9, 4);
        var input = Networks.Uniform("surface input", 12);
        double[] point = [.. input.Select(value => (double)value)];
        var logits = hand.Logits(point);
        return (new Ground(hand.Network(), input, Array.IndexOf(logits, logits.Max()), 12), hand, point);
    }

    public static SurfaceSetting Adversarial(double extent, DirectionKind kind = DirectionKind.Margin) =>
        new(DirectionKind.Orthogonal, kind, extent) { Resolution = 21, Seed = 5 };

    public static Attack Attack(string name) => AttackCatalog.All.Single(attack => attack.Name == name);
}
