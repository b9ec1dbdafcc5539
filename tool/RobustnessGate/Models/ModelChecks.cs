using System.Globalization;
using RobustnessGate.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>What a network's outputs tell about mistakes made on the way to it. Run on real samples, before any attack.</summary>
internal static class ModelChecks
{
    /// <summary>Sums of float32 probabilities stray this far from 1 at most.</summary>
    private const double SumTolerance = 1e-5;

    /// <summary>Rows of which equal sums are no accident.</summary>
    private const int EnoughRows = 8;

    /// <param name="samples">(N, …shape) in raw input units.</param>
    /// <param name="display">What messages call the model.</param>
    /// <returns>Notes that stop nothing.</returns>
    /// <exception cref="MistakeException">RG0409, RG0410, RG0413 or RG0414: the outputs are no logits.</exception>
    public static IReadOnlyList<Finding> Refuse(Classifier classifier, Tensor samples, string display = "model")
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var logits = classifier.Logits(samples).to_type(ScalarType.Float64);
        RefuseShape(logits.shape, samples.shape[0], display);
        if (!logits.isfinite().all().item<bool>())
        {
            var bad = logits.isfinite().all(1).logical_not().sum().item<long>();
            throw MistakeException.InFile("RG0413", display, string.Create(CultureInfo.InvariantCulture,
                $"the network returns NaN or infinity for {bad} of {samples.shape[0]} samples, so nothing can be measured. Check the weights, and mean and std of model.input."));
        }

        var (first, second) = (logits.select(1, 0), logits.select(1, 1));
        if (logits.shape[1] == 2 && (first.eq(-second) & second.ge(0) & second.le(0.5)).all().item<bool>())
        {
            throw MistakeException.InFile("RG0414", display,
                "the network returns one number in [0, 1] per input: a probability, not a logit, so that the class would always be 1. " +
                "Its gradient vanishes where the network is sure. Export it without the final sigmoid.");
        }

        var probabilities = logits.ge(0).all() & logits.le(1).all() & (logits.sum(1) - 1).abs().le(SumTolerance).all();
        if (probabilities.item<bool>())
        {
            throw MistakeException.InFile("RG0414", display,
                "the network returns probabilities, not logits: every row lies in [0, 1] and sums to 1. " +
                "Their gradients vanish where the network is sure, which makes it look robust. Export it without the final softmax.");
        }

        if (logits.shape[0] >= EnoughRows && logits.ge(0).all().item<bool>() && SharedSum(logits) is { } total)
        {
            throw MistakeException.InFile("RG0414", display, string.Create(CultureInfo.InvariantCulture,
                $"the network returns shares, not logits: no output is negative and every row sums to {total:G4}, as after a softmax. ")
                + "Their gradients vanish where the network is sure, which makes it look robust. Export it without the softmax.");
        }

        return LogProbabilities(logits, display);
    }

    /// <summary>The output must be (N, K) with at least two classes.</summary>
    /// <exception cref="MistakeException">RG0409 or RG0410.</exception>
    public static void RefuseShape(IReadOnlyList<long> output, long batch, string display)
    {
        if (output is not [var rows, var classes] || rows != batch)
        {
            throw MistakeException.InFile("RG0409", display,
                $"the network answers {batch} inputs with the shape [{string.Join(", ", output)}]; a classifier answers with [{batch}, classes]. Export the part up to the logits; a binary network may answer with [{batch}, 1], without a squeeze behind it.");
        }

        if (classes < 2)
        {
            throw MistakeException.InFile("RG0410", display,
                $"the network has {classes} outputs per input; a classifier needs at least two classes, else there is nothing to confuse.");
        }
    }

    /// <summary>What every row sums to, up to rounding; null where rows differ in it, or all are alike.</summary>
    private static double? SharedSum(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var (sums, total) = (logits.sum(1), logits.sum(1).mean().item<double>());
        var alike = (sums - total).abs().le(SumTolerance * total).all().item<bool>();
        return alike && total > 0 && logits.std(0).amax().item<double>() > SumTolerance * total ? total : null;
    }

    private static IReadOnlyList<Finding> LogProbabilities(Tensor logits, string display) =>
        logits.logsumexp(1).abs().le(SumTolerance).all().item<bool>()
            ? [new Finding("RG0417", Severity.Note, new Diagnostics.Location(display, 0, 0),
                "the network returns log-probabilities. Differences of logits, hence margins and attacks on them, are unchanged.")]
            : [];
}
