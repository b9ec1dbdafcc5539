using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Results;

namespace RobustnessGate.Reproduction;

/// <summary>One measurement made in parts: evaluations of one network over stretches of the test images, in their order.</summary>
/// <param name="Text">The parts as they are kept: their fact logs, one after the other.</param>
internal sealed record MeasuredParts(ImmutableArray<EvaluationFacts> All, string Text)
{
    public static readonly MeasuredParts None = new([], "");

    public int Samples => All.Sum(facts => facts.Data!.Samples);

    /// <summary>The parts of a text; one that is not complete is left out.</summary>
    /// <exception cref="FormatException">A line is not a fact.</exception>
    public static MeasuredParts Read(string text)
    {
        var parts = ImmutableArray.CreateBuilder<EvaluationFacts>();
        var (facts, number, read, complete) = (EvaluationFacts.Empty, 0, 0, 0);
        foreach (var line in text.Split('\n')[..^1])
        {
            facts = facts.With(FactLog.Parse(line, ++number));
            read += line.Length + 1;
            if (facts.Completed)
            {
                parts.Add(facts);
                (facts, complete) = (EvaluationFacts.Empty, read);
            }
        }

        return new(parts.ToImmutable(), text[..complete]);
    }

    /// <param name="log">The facts as their log has them.</param>
    public MeasuredParts With(EvaluationFacts facts, string log) => new(All.Add(facts), Text + log);

    /// <summary>Samples that were right without an attack.</summary>
    public int Right => All.Sum(facts => facts.Natural!.Bits.Ones);

    /// <summary>Samples that withstood each attack at each radius, in the order of the attacks.</summary>
    public IReadOnlyList<int> Withstood =>
        [.. Enumerable.Range(0, All[0].Attacks.Length).Select(i => All.Sum(facts => facts.Attacks[i].Bits.Ones))];

    /// <summary>Samples that nothing broke at a radius or below.</summary>
    public int Unbroken(double radius) => All.Sum(facts => WorstCase.Of(facts, Norm.Linf.Name(), radius)!.Bits.Ones);
}
