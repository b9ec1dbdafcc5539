using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks.Engine;

public class SearchTests
{
    /// <summary>Few enough that thousands of queries for each cost seconds.</summary>
    private const int Count = 40;

    public static TheoryData<Attack, Norm, double> Everyone
    {
        get
        {
            var data = new TheoryData<Attack, Norm, double>();
            foreach (var attack in AttackCatalog.All.Where(attack => attack is not AutoAttack).Select(Quick).Append(new NiFgsm()))
            {
                foreach (var norm in attack.Norms)
                {
                    data.Add(attack, norm, norm switch { Norm.Linf => 0.15, Norm.L2 => 1, Norm.L1 => 4, _ => attack is Jsma ? 64 : 8 });
                }
            }

            return data;
        }
    }

    /// <summary>The same attack with a budget for tests.</summary>
    private static Attack Quick(Attack attack) => attack switch
    {
        ApgdT => new ApgdT(Iterations: 30, Targets: 3),
        FabT => new FabT(Iterations: 20, Targets: 3),
        Square => new Square(Iterations: 200),
        CwL2 => new CwL2(Steps: 60, SearchSteps: 4, InitConst: 0.1, StepSize: 0.05),
        Spsa => new Spsa(Steps: 8, Samples: 16, StepSize: 0.05),
        Jsma => new Jsma(Gamma: 1, Targets: 3),
        _ => attack,
    };

    /// <summary>Every saved point of a broken sample lies in ball and box and is misclassified; of others, too, it lies there.</summary>
    [Theory]
    [MemberData(nameof(Everyone))]
    public void Saved_points_keep_the_threat_model_and_fool(Attack attack, Norm norm, double epsilon)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var network = Networks.Convolutional("saved");
            var bed = Networks.Labelled(network, "saved", Count, 1, 8, 8) with
            {
                Options = new EvaluationOptions(AdversarialDirectory: folder),
            };
            bed.Labels[3] = (bed.Labels[3] + 1) % 10; // naturally wrong
            var fact = bed.Run(Bed.Entry(attack, epsilon, norm)).Attacks[0];
            Assert.False(fact.Bits[3]);

            using var scope = NewDisposeScope();
            var saved = tensor(ReadNpy(Path.Combine(folder, Path.GetFileName(fact.Adversarial!)))).reshape(Count, 1, 8, 8);
            var clean = tensor(bed.Values).reshape(Count, 1, 8, 8);
            Assert.True(RobustnessGate.Maths.Lp.Of(saved - clean, norm).amax(0).item<float>() <= epsilon * (1 + 1e-6) + 1e-6);
            Assert.InRange(saved.min().item<float>(), -1e-6, 0.5);
            Assert.InRange(saved.max().item<float>(), 0.5, 1 + 1e-6);
            var predictions = network.Forward(saved).argmax(1).data<long>().ToArray();
            Assert.Equal(bed.Labels.Select((label, i) => predictions[i] == label), fact.Bits);
            Assert.Equal(clean[3].data<float>().ToArray(), saved[3].data<float>().ToArray());
            if (attack is not (Noise or Square))
            {
                Assert.InRange(fact.Bits.Ones, 1, Count - 4);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_ensemble_leaves_no_sample_standing_that_one_of_its_members_breaks()
    {
        var bed = Networks.Labelled(Networks.Convolutional("ensemble"), "ensemble", 8, 1, 8, 8);
        var facts = bed.Run(Bed.Entry(new AutoAttack(), 0.3), Bed.Entry(new ApgdCe(), 0.3), Bed.Entry(new Pgd(), 0.3)).Attacks;
        Assert.All(facts[0].Bits.Zip(facts[1].Bits, facts[2].Bits), bits => Assert.True(!bits.First || (bits.Second && bits.Third)));
        Assert.True(facts[0].Forwards < 8 * new AutoAttack().Queries);
    }

    [Fact]
    public void A_thousand_steps_leave_no_tensor_behind()
    {
        var bed = Networks.Labelled(Networks.Convolutional("leak"), "leak", 40, 1, 8, 8);
        bed.Run(Bed.Entry(new Pgd(Steps: 5), 0.05));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        bed.Run(Bed.Entry(new Pgd(Steps: 1000), 0.02));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Accuracy_never_rises_with_the_radius_and_work_is_shared()
    {
        var bed = Networks.Labelled(Networks.Convolutional("radii"), "radii", 100, 1, 8, 8);
        var entry = Bed.Entry(new Pgd(Steps: 10), 0.02) with { Epsilons = [Epsilon.Of(0.08), Epsilon.Of(0.02), Epsilon.Of(0.04)] };
        var facts = bed.Run(entry).Attacks;
        Assert.Equal([0.08, 0.02, 0.04], facts.Select(fact => fact.Epsilon!.Value));
        var ones = facts.OrderBy(fact => fact.Epsilon).Select(fact => fact.Bits.Ones).ToArray();
        Assert.Equal(ones.OrderDescending(), ones);
        Assert.True(ones[0] > ones[2]);
    }

    [Fact]
    public void The_last_iterate_is_judged_though_it_was_never_a_query()
    {
        // One feature, boundary at 0.5: a single step of 0.2 from 0.4 crosses it and nothing else does.
        var network = Networks.Linear([-1f, 1f], [0.5f, -0.5f]);
        foreach (var judge in Enum.GetValues<Judge>())
        {
            var fact = new Bed(network, [0.4f], [0], [1]).Run(Bed.Entry(new Bim(Steps: 1, StepSize: 0.2), 0.2, judge: judge)).Attacks[0];
            Assert.Equal("0", fact.Bits.ToString());
        }
    }

    [Fact]
    public void Only_the_last_iterate_counts_where_the_policy_says_so()
    {
        // Class 1 leads in a narrow band around 0.5 alone and is closer the higher x is: the first step of 0.2 from 0.3
        // lands in the band, the second beyond it.
        var network = new FunctionNetwork(x =>
        {
            var at = x.flatten(1);
            return cat([(at * 0) + 0.1, maximum(0.2 - ((at - 0.5).abs() * 2), (at * 0.05) - 0.01)], 1);
        });
        var bed = new Bed(network, [0.3f], [0], [1]);
        var steps = new Bim(Steps: 2, StepSize: 0.2);
        Assert.Equal("0", bed.Run(Bed.Entry(steps, 0.4)).Attacks[0].Bits.ToString());
        var pushed = new FunctionNetwork(x => network.Forward(x) + cat([x.flatten(1) * 0, x.flatten(1) * 1e-3], 1));
        var last = (bed with { Network = pushed }).Run(Bed.Entry(new FixedWay(0.2), 0.4, judge: Judge.Last)).Attacks[0];
        var any = (bed with { Network = pushed }).Run(Bed.Entry(new FixedWay(0.2), 0.4)).Attacks[0];
        Assert.Equal(("1", "0"), (last.Bits.ToString(), any.Bits.ToString()));
    }

    /// <summary>Two steps upwards whatever the gradient says.</summary>
    private sealed record FixedWay(double Step) : Attack
    {
        public override string Name => "fixed";

        public override IReadOnlyList<Norm> Norms => [Norm.Linf];

        public override int Queries => 3;

        public override void Run(Search search)
        {
            using var points = search.AtSamples();
            for (var step = 0; step < 2 && search.Any; step++)
            {
                using var gradient = search.Observe(points, [search.Towards(Losses.CrossEntropy)]).Gradient;
                points.Value = points.Value + Step;
            }

            if (search.Any)
            {
                search.Conclude(points);
            }
        }
    }

    [Fact]
    public void A_float32_model_that_overflows_off_the_data_is_not_robust()
    {
        // Off the data the logits leave the range of float32 but not that of float64, where the class still leads.
        var network = new FunctionNetwork(x =>
        {
            var at = x.flatten(1);
            var huge = (at - 0.4).relu().gt(0.01).to(x.dtype) * 1e30;
            return cat([(huge * 1e30) - (huge * 1e30) + 1 + (at * 0), at], 1);
        });
        var fact = new Bed(network, [0.4f], [0], [1]).Run(Bed.Entry(new Fgsm(), 0.3)).Attacks[0];
        Assert.Equal("0", fact.Bits.ToString());
    }

    [Fact]
    public void A_box_does_not_reach_into_balls_nor_the_other_way_round()
    {
        // The boundary lies at 0.5; the box of the sample reaches it, the ball does not.
        var network = Networks.Linear([-1f, 1f], [0.5f, -0.5f]);
        var bed = new Bed(network, [0.3f], [0], [1]) { Lower = [0.2f], Upper = [0.9f] };
        var entry = Bed.Entry(new Bim(), 0.1) with { Epsilons = [Epsilon.Box, Epsilon.Of(0.1), Epsilon.Of(0.25)] };
        Assert.Equal(["0", "1", "0"], bed.Run(entry).Attacks.Select(fact => fact.Bits.ToString()));
    }

    [Fact]
    public void A_target_that_is_no_class_is_the_users_mistake()
    {
        var bed = new Bed(Networks.Linear([-1f, 1f], [0.5f, -0.5f]), [0.3f], [0], [1]);
        var mistake = Assert.Throws<RobustnessGate.Diagnostics.MistakeException>(() => bed.Run(Bed.Entry(new Fgsm(), 0.1, target: new Target.Class(2))));
        Assert.Equal("RG0323", mistake.Findings[0].Code);
    }

    [Fact]
    public void A_tie_is_wrong_and_NaN_is_not_robust()
    {
        var tie = new FunctionNetwork(x => cat([x.flatten(1), x.flatten(1)], 1));
        Assert.Equal(0, new Bed(tie, [0.4f], [0], [1]).Run().Natural!.Bits.Ones);
        var beyond = new FunctionNetwork(x => cat([(0.5 - x.flatten(1)).sqrt() + 1, x.flatten(1)], 1));
        var fact = new Bed(beyond, [0.4f], [0], [1]).Run(Bed.Entry(new Fgsm(), 0.3)).Attacks[0];
        Assert.Equal("0", fact.Bits.ToString());
    }

    [Fact]
    public void A_targeted_attack_breaks_exactly_where_the_target_is_predicted()
    {
        var bed = Networks.Labelled(Networks.Convolutional("target"), "target", 100, 1, 8, 8);
        foreach (var target in new Target[] { new Target.Class(4), new Target.LeastLikely() })
        {
            var fact = bed.Run(Bed.Entry(new CwLinf(Steps: 20), 0.5, target: target)).Attacks[0];
            Assert.InRange(fact.Bits.Ones, 0, 99);
            if (target is Target.Class)
            {
                Assert.Equal(fact.Bits, fact.Predictions.Select(prediction => prediction != 4));
            }
            else
            {
                Assert.All(fact.Bits.Zip(fact.Predictions, bed.Labels), sample => Assert.True(sample.First || sample.Second != sample.Third));
            }
        }
    }

    private static float[] ReadNpy(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = 10 + BitConverter.ToUInt16(bytes, 8);
        Assert.Equal(0, header % 64);
        return [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan(header))];
    }
}
