using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>Answers averaged over draws, and points judged as images of 8 bits.</summary>
public class DrawsAndQuantizationTests
{
    [Fact]
    public void Draws_of_a_fixed_model_change_nothing_but_the_ledger()
    {
        var bed = Networks.Labelled(Networks.Convolutional("draws"), "draws", 40, 1, 8, 8);
        var entry = Bed.Entry(new Bim(), 0.02);
        var (one, five) = (bed.Run(entry).Attacks[0], bed.Run(entry with { Eot = 5 }).Attacks[0]);
        Assert.Equal(one.Bits, five.Bits);
        Assert.InRange(five.Forwards, 4 * one.Forwards, 5 * one.Forwards);
        Assert.True(five.Backwards >= 5 * one.Backwards);
        Assert.InRange(one.Bits.Ones, 1, 39);
    }

    [Theory]
    [InlineData(0.9, "0", "1")] // The boundary lies within reach of floats, and no level does.
    [InlineData(1.2, "0", "0")]
    [InlineData(0.2, "1", "1")]
    public void Points_between_levels_are_none(double levels, string floats, string images)
    {
        var network = Networks.Linear([-1f, 1f], [100.3f / 255, -100.3f / 255]);
        var bed = new Bed(network, [100f / 255], [0], [1]);
        var entry = Bed.Entry(new Pgd(), levels / 255);
        Assert.Equal(floats, bed.Run(entry).Attacks[0].Bits.ToString());
        Assert.Equal(images, bed.Run(entry with { Quantize = 8 }).Attacks[0].Bits.ToString());
    }

    /// <summary>8/255 is eight steps of an 8-bit image, also where float32 adds them up to a little more.</summary>
    [Fact]
    public void A_whole_number_of_levels_reaches_the_last_one()
    {
        const double Epsilon = 8.0 / 255;
        var step = (float)(1.0 / 255);
        var beyond = Enumerable.Range(0, 247).Where(level => ((level + 8) * step) - (level / 255f) > (float)(Epsilon * (1 + 1e-6))).ToArray();
        Assert.NotEmpty(beyond);
        foreach (var attack in new Attack[] { new Pgd(), new Fmn() })
        {
            foreach (var level in beyond.Take(3))
            {
                // Between the seventh and the eighth level.
                var boundary = (level + 7.5f) / 255;
                var bed = new Bed(Networks.Linear([-1f, 1f], [boundary, -boundary]), [level / 255f], [0], [1]);
                Assert.Equal("0", bed.Run(Bed.Entry(attack, Epsilon) with { Quantize = 8 }).Attacks[0].Bits.ToString());
            }
        }
    }

    /// <summary>
    /// Of 64 features of the same weight, a ball of three levels in ℓ2 lets nine go one level; in floats all go three
    /// eighths of one, which each for itself would round to none.
    /// </summary>
    [Theory]
    [InlineData(Norm.L2, 3.01, 8.5, "0")]
    [InlineData(Norm.L2, 3.01, 9.5, "1")]
    [InlineData(Norm.L1, 3.01, 2.5, "0")]
    [InlineData(Norm.L1, 3.01, 3.5, "1")]
    public void In_a_small_ball_as_many_features_move_as_there_is_room_for(Norm norm, double levels, double needed, string bits)
    {
        var weights = Enumerable.Repeat(1f, 64).ToArray();
        var network = Networks.Linear([.. weights.Select(w => -w), .. weights], [(float)(64 * 100 + needed) / 255, -(float)(64 * 100 + needed) / 255]);
        var bed = new Bed(network, [.. Enumerable.Repeat(100f / 255, 64)], [0], [64]);
        foreach (var attack in new Attack[] { new Pgd(RandomStart: false), new Fmn() })
        {
            Assert.Equal(bits, bed.Run(Bed.Entry(attack, levels / 255, norm) with { Quantize = 8 }).Attacks[0].Bits.ToString());
        }
    }

    [Theory]
    [InlineData(Norm.Linf, 0.1)]
    [InlineData(Norm.L2, 0.5)]
    [InlineData(Norm.L1, 3)]
    public void Saved_points_lie_on_levels_and_in_the_ball(Norm norm, double epsilon)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var bed = Networks.Labelled(Networks.Convolutional("levels"), "levels", 30, 1, 8, 8);
            bed = bed with
            {
                Values = [.. bed.Values.Select(value => MathF.Round(value * 255) / 255)], Options = new EvaluationOptions(AdversarialDirectory: folder),
            };
            var fact = bed.Run(Bed.Entry(new Pgd(Steps: 10), epsilon, norm) with { Quantize = 8 }).Attacks[0];
            Assert.InRange(fact.Bits.Ones, 0, 25);
            var bytes = File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(fact.Adversarial!)));
            var saved = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + BitConverter.ToUInt16(bytes, 8))).ToArray();
            Assert.All(saved, value => Assert.Equal(Math.Round(value * 255.0), value * 255.0, 1e-4));
            for (var i = 0; i < 30; i++)
            {
                var distance = RobustnessGate.Maths.Distance.Between(bed.Values.AsSpan(i * 64, 64), saved.AsSpan(i * 64, 64), norm);
                Assert.InRange(distance, 0, epsilon * (1 + 1e-5));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
