using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using RobustnessGate.Tests.SelfTests;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Attacks;

/// <summary>
/// Faults that attacks are known to have had elsewhere, planted on purpose: each property below holds for what is built
/// in and fails for every mutant of it. Further mutants, of whole attacks, are in <see cref="CanaryTests"/>.
/// </summary>
public class MutantTests
{
    [Theory]
    [InlineData("as built", true)]
    [InlineData("sign flipped", false)]
    [InlineData("wrong class", false)]
    [InlineData("second logit for the third", false)]
    [InlineData("true class among its rivals", false)]
    public void Dlr_is_the_formula_of_the_paper(string which, bool holds)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(Networks.Uniform("dlr", 200 * 5, -3, 3)).reshape(200, 5);
        var classes = arange(200, dtype: ScalarType.Int64) % 5;
        var top = logits.sort(1, descending: true).Values;
        var own = logits.gather(1, classes.unsqueeze(1)).squeeze(1);
        var values = which switch
        {
            "as built" => Losses.Dlr(logits, classes),
            "sign flipped" => -Losses.Dlr(logits, classes),
            "wrong class" => Losses.Dlr(logits, (classes + 1) % 5),
            "second logit for the third" => -Margin.Of(logits, classes) / (top.select(1, 0) - top.select(1, 1)),
            _ => -(own - top.select(1, 0)) / (top.select(1, 0) - top.select(1, 2)),
        };
        Assert.Equal(holds, Agree(values, logits, (z, row) =>
        {
            var order = z.OrderDescending().ToArray();
            return -(z[row % 5] - z.Where((_, k) => k != row % 5).Max()) / (order[0] - order[2]);
        }));
    }

    [Theory]
    [InlineData("as built", true)]
    [InlineData("towards the true class", false)]
    [InlineData("the untargeted denominator", false)]
    public void Targeted_dlr_is_the_formula_of_the_paper(string which, bool holds)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(Networks.Uniform("dlr", 200 * 5, -3, 3)).reshape(200, 5);
        var classes = arange(200, dtype: ScalarType.Int64) % 5;
        var towards = (classes + 2) % 5;
        var top = logits.sort(1, descending: true).Values;
        var values = which switch
        {
            "as built" => Losses.TargetedDlr(logits, classes, towards),
            "towards the true class" => Losses.TargetedDlr(logits, towards, classes),
            _ => (logits.gather(1, towards.unsqueeze(1)) - logits.gather(1, classes.unsqueeze(1))).squeeze(1) / (top.select(1, 0) - top.select(1, 2)),
        };
        Assert.Equal(holds, Agree(values, logits, (z, row) =>
        {
            var order = z.OrderDescending().ToArray();
            return -(z[row % 5] - z[(row + 2) % 5]) / (order[0] - ((order[2] + order[3]) / 2));
        }));
    }

    public static TheoryData<string, Norm, bool> Projections
    {
        get
        {
            var data = new TheoryData<string, Norm, bool>();
            foreach (var norm in Enum.GetValues<Norm>())
            {
                data.Add("as built", norm, true);
                data.Add("dropped", norm, false);
                data.Add("box alone", norm, false);
                data.Add("twice the radius", norm, false);
                data.Add("back to the sample", norm, false);
            }

            return data;
        }
    }

    /// <summary>In the ball, in the box, and where it was if that was inside already.</summary>
    [Theory]
    [MemberData(nameof(Projections))]
    public void Projections_end_in_ball_and_box_and_keep_what_is_inside(string which, Norm norm, bool holds)
    {
        using var scope = NewDisposeScope();
        var epsilon = norm == Norm.L0 ? 3.0 : 0.4;
        var (low, high) = (zeros(40, 6), ones(40, 6));
        var clean = tensor(Networks.Uniform("projected", 40 * 6)).reshape(40, 6);
        var far = clean + tensor(Networks.Uniform("way", 40 * 6, -1, 1)).reshape(40, 6);
        var near = clean.clone();
        near.select(1, 0).add_((clean.select(1, 0).le(0.5).to(ScalarType.Float32) - 0.5) * 0.2);
        Tensor Pull(Tensor points) => which switch
        {
            "as built" => Lp.ProjectWithin(points, clean, epsilon, norm, low, high).clamp(low, high),
            "dropped" => points,
            "box alone" => points.clamp(low, high),
            "twice the radius" => Lp.ProjectWithin(points, clean, 2 * epsilon, norm, low, high).clamp(low, high),
            _ => clean,
        };
        var (pulled, kept) = (Pull(far), Pull(near));
        var inside = Lp.Of(pulled - clean, norm).le(epsilon * (1 + 1e-5)).all().item<bool>()
            && pulled.ge(low).all().item<bool>() && pulled.le(high).all().item<bool>();
        Assert.Equal(holds, inside && (kept - near).abs().max().item<float>() < 1e-6);
    }

    [Theory]
    [InlineData("as built", true)]
    [InlineData("restart reusing its seed", false)]
    [InlineData("broken samples forgotten", false)]
    public void More_restarts_break_samples_that_one_does_not(string which, bool holds)
    {
        // Class 1 leads in a narrow band, and the slope leads there from nearby alone.
        var network = new FunctionNetwork(x =>
        {
            var at = x.flatten(1);
            return cat([(at * 0) + 0.02, maximum(0.08 - (at - 0.8).abs(), (at * -0.01) - 0.1)], 1);
        });
        var bed = new Bed(network, Networks.Uniform("restarts", 60, 0.45f, 0.55f), new int[60], [1]);
        var once = bed.Run(Bed.Entry(new Pgd(Steps: 10), 0.4)).Attacks[0].Bits.Ones;
        Attack many = which == "as built" ? new Pgd(Steps: 10, Restarts: 8) : new Restarts(which);
        Assert.InRange(once, 25, 55);
        Assert.Equal(holds, bed.Run(Bed.Entry(many, 0.4)).Attacks[0].Bits.Ones < once - 10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_last_step_is_judged(bool built)
    {
        // One feature, boundary at 0.5: the one step from 0.4 crosses it, and no other point does.
        var bed = new Bed(Networks.Linear([-1f, 1f], [0.5f, -0.5f]), [0.4f], [0], [1]);
        Attack attack = built ? new Bim(Steps: 1, StepSize: 0.2) : new Unjudged();
        Assert.Equal(built ? "0" : "1", bed.Run(Bed.Entry(attack, 0.2)).Attacks[0].Bits.ToString());
    }

    private static bool Agree(Tensor values, Tensor logits, Func<double[], int, double> formula)
    {
        var classes = (int)logits.shape[1];
        var rows = logits.data<float>().Select(value => (double)value).Chunk(classes);
        return values.data<float>().Zip(rows.Select(formula)).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3 * (1 + Math.Abs(pair.Second)));
    }

    /// <summary>Restarts that repeat themselves, or that search for nobody.</summary>
    private sealed record Restarts(string Fault) : Attack
    {
        public override string Name => "pgd";

        public override IReadOnlyList<Norm> Norms => [Norm.Linf];

        public override int Queries => 88;

        public override void Run(Search search)
        {
            for (var run = 0; run < 8 && search.Any; run++)
            {
                using var points = RandomPoints.InRegion(search, run: 0);
                SteepestAscent.Run(search, points, search.Towards(Losses.CrossEntropy), new Steps(Fault == "restart reusing its seed" || run == 0 ? 10 : 0));
            }
        }
    }

    /// <summary>BIM whose final iterate nobody looks at.</summary>
    private sealed record Unjudged : Attack
    {
        public override string Name => "bim";

        public override IReadOnlyList<Norm> Norms => [Norm.Linf];

        public override int Queries => 1;

        public override void Run(Search search)
        {
            using var points = search.AtSamples();
            using var gradient = search.Observe(points, [search.Towards(Losses.CrossEntropy)]).Gradient;
            points.Value = points.Value + (gradient.sign() * 0.2);
        }
    }
}
