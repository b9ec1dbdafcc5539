using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks;

/// <summary>The unit of the logits is nobody's business: what breaks, breaks at a millionth of them too.</summary>
public class TinyLogitsTests
{
    public static TheoryData<Attack> Attacks =>
    [
        new DeepFool(), new Ddn(Steps: 30), new Fmn(Steps: 30), new CwL2(Steps: 30, SearchSteps: 3, InitConst: 1e6), new Jsma(), new FabT(10, 3),
        new Pgd(Steps: 10), new ApgdDlr(10), new Square(100),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Small_logits_hide_nothing(Attack attack)
    {
        var bed = Networks.Labelled(Networks.Convolutional("tiny"), "tiny", 20, 1, 8, 8);
        var entry = Bed.Entry(attack, attack is Jsma ? 8 : attack.Norms[0] == Norm.L2 ? 1 : 0.1, attack.Norms[0]);
        var broken = (bed with { Network = new Scaled(bed.Network, 1e-6) }).Run(entry).Attacks[0].Bits;

        // C&W weighs logits against distances by c, so its own search depends on their unit.
        var expected = attack is CwL2 ? broken.Ones : bed.Run(entry).Attacks[0].Bits.Ones;
        Assert.InRange(broken.Ones, 0, 19);
        Assert.InRange(Math.Abs(broken.Ones - expected), 0, 2);
    }

    private sealed class Scaled(INetwork network, double factor) : INetwork
    {
        public string Format => network.Format;

        public bool SupportsDouble => network.SupportsDouble;

        public long Parameters => network.Parameters;

        public IReadOnlyList<long>? InputShape => network.InputShape;

        public Tensor Forward(Tensor input) => network.Forward(input) * factor;

        public void Dispose()
        {
        }
    }
}
