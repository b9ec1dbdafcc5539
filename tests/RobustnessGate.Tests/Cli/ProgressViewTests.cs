using RobustnessGate.Cli.Terminal;
using RobustnessGate.Facts;

namespace RobustnessGate.Tests.Cli;

public sealed class ProgressViewTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private TimeSpan _now;

    [Fact]
    public void A_log_gets_one_plain_line_a_tenth()
    {
        var view = View(live: false);

        Work(view, TimeSpan.FromSeconds(100));

        var lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(9, lines.Length);
        Assert.Contains("10 %", lines[0], StringComparison.Ordinal);
        Assert.Contains("(about 1:30 left)", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(_output.ToString(), character => char.IsControl(character) && character != '\n');
    }

    [Fact]
    public void A_quick_part_says_nothing_until_it_is_done()
    {
        var view = View(live: false);

        Work(view, TimeSpan.FromSeconds(0.9));

        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void A_terminal_sees_one_line_that_is_rewritten()
    {
        var view = View(live: true);

        Work(view, TimeSpan.FromSeconds(10));

        Assert.DoesNotContain('\n', _output.ToString());
        Assert.Contains("\r\u001b[K  pgd", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("█", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void At_the_end_no_line_at_work_is_left(bool live)
    {
        var view = View(live);
        Work(view, TimeSpan.FromSeconds(100));

        view.End();

        Assert.EndsWith(live ? "\r\u001b[K" : "\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_part_leaves_its_counts_and_passes()
    {
        var view = View(live: false);

        view.Show(new AttackFact("pgd-linf-0.3", "pgd", "p", "linf", 0.3, false, BitString.Parse("1100"), 40, 10, null, null, []));

        Assert.Contains("pgd-linf-0.3", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 / 4", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("10.0 /     2.5", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_part_is_charged_for_its_own_time_alone()
    {
        var view = View(live: false);
        foreach (var (part, at) in new[] { ("a", 0), ("a", 70), ("b", 70), ("b", 75) })
        {
            _now = TimeSpan.FromSeconds(at);
            view.Show(new Progress(part, 1, 1, 1, 0, 0));
        }

        foreach (var id in new[] { "a", "b" })
        {
            view.Show(new AttackFact(id, "pgd", "p", "linf", 0.3, false, BitString.Parse("1"), 1, 1, null, null, []));
        }

        Assert.Equal(["1:10", "0:05"], _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[^4..]));
    }

    public void Dispose() => _output.Dispose();

    private ProgressView View(bool live) => new(_output, live, () => _now);

    private void Work(ProgressView view, TimeSpan length)
    {
        for (var i = 0; i <= 100; i++)
        {
            _now = length * i / 100;
            view.Show(new Progress("pgd", i / 100.0, 50, 100, 0, 0));
        }
    }
}
