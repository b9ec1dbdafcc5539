using RobustnessGate.Reports;

namespace RobustnessGate.Reproduction;

/// <summary>A page of docs/reproduction: how the figures came about, then the figures.</summary>
internal static class ReproductionPage
{
    /// <param name="command">What to run to get the same.</param>
    /// <param name="machine">Class of the machine: nothing that tells one from another of its kind.</param>
    /// <param name="body">Markdown.</param>
    public static string Render(string title, string command, string machine, PaperCells cells, string body)
    {
        var hours = cells.Table.Rows.Sum(row => cells.Times(cells.Scaled(row)).Values.Sum()) / 3600;
        var text = new MarkdownLines();
        text.Line($"# {title}").Line($"");
        text.Line($"```console").Line($"{command}").Line($"```").Line($"");
        text.Line($"{machine}, one thread. All trainings so far took {hours:F1} processor hours, an interrupted epoch counted from where it went on. A stopped run goes on where it was; a cell that was not run is empty.");
        if (cells.Workshop.Quick)
        {
            text.Line($"").Line($"**A quick run**: few epochs on at most 12,000 training images, measured on few test images. It shows that everything works, not how good a regime is.");
        }

        text.Line($"").Line($"{cells.Table.Setup}");
        text.Line($"").Line($"{body}");
        return text.ToString();
    }
}
