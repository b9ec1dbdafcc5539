using System.Runtime.InteropServices;
using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Models;
using RobustnessGate.Tests.Indicators;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>A device without room for a batch is asked for half of it.</summary>
public class MemoryTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB")]
    [InlineData("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.")]
    public void A_full_device_is_asked_for_half(string words)
    {
        var bed = Networks.Labelled(Networks.Convolutional("memory"), "memory", 40, 1, 8, 8);
        var small = bed with { Options = new EvaluationOptions(BatchSize: 8) };
        var narrow = new Narrow(bed.Network, 8, words);
        var entry = Bed.Entry(new Pgd(Steps: 5), 0.02);

        var facts = (bed with { Network = narrow }).Run(entry).Attacks[0];

        var expected = small.Run(entry).Attacks[0];
        Assert.Equal((expected.Bits, expected.Forwards, expected.Backwards), (facts.Bits, facts.Forwards, facts.Backwards));
        Assert.True(narrow.Refused > 0);
    }

    [Fact]
    public void Gradients_that_do_not_fit_are_taken_in_smaller_batches_too()
    {
        var bed = Networks.Labelled(Networks.Convolutional("memory"), "memory", 40, 1, 8, 8) with { Indicator = 2 };
        var narrow = new Narrow(bed.Network, 3, "CUDA out of memory.", gradientsOnly: true);
        var entry = Bed.Entry(new Fgsm(), 0.02);

        var measured = (bed with { Network = narrow }).Run(entry);

        var small = (bed with { Options = new EvaluationOptions(BatchSize: 2) }).Run(entry);
        Assert.Equal(small.Attacks[0].Bits, measured.Attacks[0].Bits);
        Assert.Equal(small.Indicator!.At("linearRadius", 1), measured.Indicator!.At("linearRadius", 1), 1e-12);
        Assert.True(narrow.Refused > 0);
    }

    [Fact]
    public void Other_failures_are_no_reason_to_try_again()
    {
        var bed = Networks.Labelled(Networks.Convolutional("memory"), "memory", 40, 1, 8, 8);
        Assert.Throws<ExternalException>(() => (bed with { Network = new Narrow(bed.Network, 8, "device-side assert triggered") }).Run(Bed.Entry(new Fgsm(), 0.02)));
    }

    /// <summary>A network on a device that has room for so many rows at once, or for the gradients of so many.</summary>
    private sealed class Narrow(INetwork network, int most, string words, bool gradientsOnly = false) : INetwork
    {
        public int Refused { get; private set; }

        public string Format => network.Format;

        public bool SupportsDouble => network.SupportsDouble;

        public long Parameters => network.Parameters;

        public IReadOnlyList<long>? InputShape => network.InputShape;

        public Tensor Forward(Tensor input)
        {
            if (input.shape[0] <= most || (gradientsOnly && !input.requires_grad))
            {
                return network.Forward(input);
            }

            Refused++;
#pragma warning disable CA2201 // What TorchSharp throws.
            throw new ExternalException(words);
#pragma warning restore CA2201
        }

        public void Dispose()
        {
        }
    }
}
