using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Whether the model answers the same question twice alike. One that does not is judged by the mean of many answers:
/// single ones would let attacks succeed, and fail, by luck (Athalye et al. 2018, Section 4.2).
/// </summary>
internal static class RandomnessCheck
{
    private const int Answers = 5;

    /// <summary>Samples that <see cref="Acquaint"/> asks about.</summary>
    private const int Asked = 64;

    /// <summary>Greatest relative difference of logits that repeated float32 arithmetic explains.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>For pictures: a model that answers the same question differently is shown by means of as many answers as attacks see.</summary>
    /// <param name="model">Asked about the first samples; then has its <see cref="BatchedModel.Draws"/>.</param>
    /// <param name="seed">Of what a randomised model draws.</param>
    /// <param name="where">Where the model is named.</param>
    /// <returns>As <see cref="Examine"/>.</returns>
    public static Finding? Acquaint(BatchedModel model, SampleTensors samples, long seed, Location? where)
    {
        using var scope = NewDisposeScope();
        manual_seed(seed);
        var random = Examine(model, samples.Load([.. Enumerable.Range(0, Math.Min(Asked, samples.Count))]), where);
        model.Draws = random is null ? model.Draws : AttackEntry.AutomaticDraws;
        return random;
    }

    /// <param name="model">Asked single answers.</param>
    /// <param name="samples">(N, …).</param>
    /// <param name="where">Where the policy names the model.</param>
    /// <returns>RG1110 with the figures; null where all answers agree.</returns>
    public static Finding? Examine(BatchedModel model, Tensor samples, Location? where)
    {
        using var scope = NewDisposeScope();
        var first = model.Logits(samples);
        var classes = first.argmax(1);
        var size = Lp.Of(first, Norm.L2).clamp_min(1e-30);
        var differing = zeros_like(classes, dtype: ScalarType.Bool);
        var (changed, most) = (zeros_like(differing), 0.0);
        for (var answer = 1; answer < Answers; answer++)
        {
            var logits = model.Logits(samples);
            var relative = Lp.Of(logits - first, Norm.L2) / size;
            differing = differing.logical_or(relative.le(Tolerance).logical_not());
            changed = changed.logical_or(logits.argmax(1).ne(classes));
            most = Math.Max(most, relative.amax(0).item<float>());
        }

        var count = differing.sum().item<long>();
        return count == 0 ? null : new Finding("RG1110", Severity.Warning, where, FormattableString.Invariant(
            $"the model is random: asked {Answers} times, it gives different logits for {count} of {samples.shape[0]} samples (by up to {most:P1}) and different classes for {changed.sum().item<long>()}. Answers and gradients are averaged over {AttackEntry.AutomaticDraws} draws wherever the policy sets no 'eot'."));
    }
}
