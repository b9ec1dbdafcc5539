using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Regimes;
using RobustnessGate.Reproduction;
using RobustnessGate.Tests.Samples;
using RobustnessGate.Training;

namespace RobustnessGate.Tests.Reproduction;

public sealed class PaperCellsTests : IDisposable
{
    private static readonly ImmutableArray<PaperRow> Rows = [new("natural", "Natural Model", new Natural(), 8, []), new("ours", "Ours", new Jacobian(0.01), 2, [50.5])];

    private static readonly PaperTable Table = new(
        "mnist", new MnistData(), new Architecture([1, 28, 28], [new Layer.Conv(4, 5, Stride: 4), new Layer.Relu(), new Layer.Flatten(), new Layer.Linear(10)]),
        new TrainingRecipe(BatchSize: 16, LearningRate: 5e-3, CheckpointSteps: 3), Units: 10, [1, 2], AttackStep: 1, Rows, "A small network.");

    private static readonly CellMeasurement Measurement = new(
        "paper", Images: 25, Part: 10, [PaperMeasurement.Attack(new Fgsm(), Norm.Linf, Judge.Last, Table.Raw(1), Table.Raw(2))]);

    private readonly DataFolder _folder = new();
    private readonly List<string> _said = [];
    private readonly CancellationTokenSource _stop = new();

    public PaperCellsTests()
    {
        _folder.Mnist("train", 64);
        _folder.Mnist("t10k", 25);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void A_measurement_that_was_stopped_goes_on_after_its_last_part()
    {
        Cells("whole").Train(Rows[0]).Dispose();
        Cells("whole").Measure(Rows[0], Measurement with { Part = 25 });
        var whole = Cells("whole").Stored(Rows[0], Measurement)!;
        Assert.Single(whole.All);

        var cells = Cells("parts", stopAt: "images 10 to 19");
        Assert.Throws<OperationCanceledException>(() => cells.Measure(Rows[0], Measurement));
        Assert.Null(cells.Stored(Rows[0], Measurement));
        _said.Clear();
        cells = Cells("parts");
        cells.Measure(Rows[0], Measurement);

        Assert.Equal(["natural  measuring: paper, images 10 to 19", "natural  measuring: paper, images 20 to 24"], _said);
        var parts = cells.Stored(Rows[0], Measurement)!;
        Assert.Equal([10, 10, 5], parts.All.Select(facts => facts.Data!.Samples));
        Assert.Equal(whole.Right, parts.Right);
        Assert.Equal(whole.Withstood, parts.Withstood);
        Assert.Equal(whole.Withstood[0], parts.Unbroken(Table.Raw(1)));
        Assert.InRange(parts.Right, 1, 25);
        Assert.True(parts.Right > parts.Withstood[1]);
    }

    [Fact]
    public void What_is_of_another_network_or_of_other_attacks_is_measured_again()
    {
        var cells = Cells("work");
        cells.Train(Rows[0]).Dispose();
        cells.Measure(Rows[0], Measurement);
        Assert.NotNull(cells.Stored(Rows[0], Measurement));
        Assert.Null(cells.Stored(Rows[0], Measurement with { Attacks = [] }));
        Assert.Null(cells.Stored(Rows[0], Measurement with { Images = 20 }));

        cells.Train(Rows[1]).Dispose();
        File.Copy(_folder["networks/ours.onnx"], _folder["networks/natural.onnx"], overwrite: true);
        Assert.Null(cells.Stored(Rows[0], Measurement));
        _said.Clear();
        cells.Measure(Rows[0], Measurement);
        Assert.Equal(3, _said.Count);
    }

    [Fact]
    public void A_table_shows_what_is_there_and_leaves_the_rest_empty()
    {
        var cells = Cells("work");
        var text = PaperTableText.Render(cells);
        Assert.Contains("| model | natural | FGSM 1 | 2 | BIM 1 | 2 | C&W 1 | 2 |\n", text, StringComparison.Ordinal);
        Assert.Contains("| Natural Model |  |  |  |  |  |  |  |\n| Ours |  |  |  |  |  |  |  |\n| *the paper's* | 50.5 |\n", text, StringComparison.Ordinal);
        Assert.Contains("cells are missing", text, StringComparison.Ordinal);

        PaperTable.Run(new PaperCells(Table, cells.Workshop with { Trains = false }), ["natural"]);
        Assert.All(_said, line => Assert.StartsWith("natural  not measured: there is no", line, StringComparison.Ordinal));
        Assert.False(Directory.Exists(_folder["networks"]));
        Assert.Contains("A small network.", ReproductionPage.Render("Title", "command", "machine", cells, text), StringComparison.Ordinal);
    }

    private PaperCells Cells(string work, string? stopAt = null) => new(Table, new(
        _folder.Root, _folder[work], _folder["networks"], Quick: false, () => 0,
        line =>
        {
            _said.Add(line);
            if (stopAt is not null && line.EndsWith(stopAt, StringComparison.Ordinal))
            {
                _stop.Cancel();
            }
        },
        stopAt is null ? CancellationToken.None : _stop.Token));
}
