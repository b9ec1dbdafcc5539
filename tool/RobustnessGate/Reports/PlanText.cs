using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

namespace RobustnessGate.Reports;

/// <summary>A plan as plain text: what would run, what it costs at most, and what the rules can see.</summary>
internal static class PlanText
{
    public static string Render(Plan plan)
    {
        var text = new StringBuilder();
        var width = plan.Runs.Select(run => run.Id.Length).Append("indicator".Length).Max();
        text.Append(CultureInfo.InvariantCulture, $"{plan.Policy}: {Words.Count(plan.Samples)} samples\n\n");
        text.Append(CultureInfo.InvariantCulture, $"  {"natural".PadRight(width)}  1 forward pass a sample\n");
        foreach (var run in plan.Runs)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {run.Id.PadRight(width)}  ");
            text.Append(run.Queries is { } queries
                ? $"at most {Words.Count(queries)} queries a sample\n"
                : "answered by the search of the radius above\n");
        }

        if (plan.IndicatorSamples > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {"indicator".PadRight(width)}  at the first {Words.Samples(plan.IndicatorSamples)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nat most {Words.Count(plan.Samples)} + {Words.Count(plan.Queries)} forward passes, and as many backward passes for attacks by gradients;\n");
        text.Append("samples that are broken early cost less.\n\n");
        Rules(text, plan);
        return text.ToString();
    }

    private static void Rules(StringBuilder text, Plan plan)
    {
        if (plan.Rules.IsEmpty)
        {
            text.Append("No rule compares an accuracy with the baseline.\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"Smallest drops that the rules can detect with {Words.Value(100 * Power.Wanted)} % power (alpha {Words.Value(plan.Alpha)}, corrected for all paired rules):\n");
        foreach (var rule in plan.Rules)
        {
            var drop = rule.Drop is { } least ? $"{Words.Points(least)} points" : "none: there are too few samples";
            text.Append(CultureInfo.InvariantCulture, $"  {rule.Subject}, max drop {Words.Points(rule.Allowed)} points: {drop}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"Assumed: {Words.Percent(Power.UsualDiscordance)} of the samples change sides, or what the drop itself needs.\n");
        if (!plan.HasBaseline)
        {
            text.Append("There is no baseline yet: the first check ends with exit code 6; baseline update pins what it measured.\n");
        }
    }
}
