using RobustnessGate.Maths;

namespace RobustnessGate.Training;

/// <summary>The learning rate over a training, as a multiple of its peak.</summary>
internal abstract record Schedule
{
    /// <param name="progress">Share of all steps that were made, from 0 to 1.</param>
    public abstract double Factor(double progress);

    /// <summary>A linear rise to the peak, then half a cosine down to zero.</summary>
    /// <param name="Warmup">Share of all steps that the rise takes.</param>
    public sealed record Cosine([property: Between(0, 1)] double Warmup = 0.1) : Schedule
    {
        public override double Factor(double progress) => progress < Warmup
            ? progress / Warmup
            : (1 + Math.Cos(Math.PI * (progress - Warmup) / Math.Max(1 - Warmup, double.Epsilon))) / 2;
    }
}
