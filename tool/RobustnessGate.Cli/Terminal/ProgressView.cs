using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Reports;

namespace RobustnessGate.Cli.Terminal;

/// <summary>
/// Shows an evaluation as it runs. On a terminal one live line shows the part at work; elsewhere plain lines appear at
/// each tenth of a part that takes its time. A finished part leaves a line with its counts in either case.
/// </summary>
/// <param name="live">Whether the line at work may be rewritten.</param>
/// <param name="elapsed">Time since the start.</param>
internal sealed class ProgressView(TextWriter output, bool live, Func<TimeSpan> elapsed)
{
    private const int BarWidth = 20;
    private const string EraseLine = "\r\x1b[K";

    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Parts that need less than this give no plain lines but their last.</summary>
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    /// <summary>When each part began and was last heard of. Several parts can be at work before the first one's fact comes.</summary>
    private readonly Dictionary<string, (TimeSpan Began, TimeSpan Last)> _parts = new(StringComparer.Ordinal);

    private string? _part;
    private TimeSpan _lastShown = TimeSpan.MinValue;
    private int _lastTenth;

    public void Show(Progress progress)
    {
        lock (_gate)
        {
            var now = elapsed();
            if (progress.Part != _part)
            {
                (_part, _lastShown, _lastTenth) = (progress.Part, now, 0);
            }

            var began = _parts.TryGetValue(progress.Part, out var part) ? part.Began : now;
            _parts[progress.Part] = (began, now);

            if (live)
            {
                ShowLive(progress, now);
            }
            else
            {
                ShowPlain(progress, now);
            }
        }
    }

    /// <summary>Something was measured: the part is finished.</summary>
    public void Show(Fact fact)
    {
        lock (_gate)
        {
            if (Describe(fact) is { } line)
            {
                output.WriteLine((live ? EraseLine : "") + line);
            }
        }
    }

    /// <summary>Leaves no line at work behind.</summary>
    public void End()
    {
        lock (_gate)
        {
            output.Write(live ? EraseLine : "");
        }
    }

    private string? Describe(Fact fact) => fact switch
    {
        OverviewFact f => string.Join(output.NewLine, OverviewText.Lines(f.Overview)),
        DataFact f => Text($"evaluating {Samples(f.Samples),-35} forwards / backwards per sample"),
        FindingFact { Finding.Severity: Severity.Warning } f => f.Finding.ToString(),
        NaturalFact f => Counted("natural", f.Bits, 1, 0),
        AttackFact f => Counted(f.Id, f.Bits, PerSample(f.Forwards, f.Bits), PerSample(f.Backwards, f.Bits)),
        IndicatorFact f => Text($"  {"indicator",-26}{f.Samples,6} samples{"",28}{Clock(TimeOf("indicator"))}"),
        _ => null,
    };

    private static string Samples(int count) => Text($"{count:N0} {(count == 1 ? "sample" : "samples")}");

    private string Counted(string part, BitString bits, double forwards, double backwards) =>
        Text($"  {part,-26}{bits.Ones,6} / {bits.Count,-6} {forwards,12:F1} / {backwards,7:F1}{"",6}{Clock(TimeOf(part))}");

    private void ShowLive(Progress progress, TimeSpan now)
    {
        if (progress.Done < 1 && now - _lastShown < LiveInterval)
        {
            return;
        }

        _lastShown = now;
        var full = (int)(Math.Clamp(progress.Done, 0, 1) * BarWidth);
        var bar = new string('█', full) + new string('░', BarWidth - full);
        output.Write(Text($"{EraseLine}{Counted(progress)} {bar} {Percent(progress.Done)}  {Clock(TimeOf(progress.Part))}{Left(progress)}"));
        output.Flush();
    }

    private void ShowPlain(Progress progress, TimeSpan now)
    {
        var tenth = (int)(progress.Done * 10);
        if (tenth <= _lastTenth || tenth >= 10 || now - _lastShown < PlainInterval)
        {
            return;
        }

        (_lastTenth, _lastShown) = (tenth, now);
        output.WriteLine(Text($"{Counted(progress)} {Percent(tenth / 10.0)}  {Clock(TimeOf(progress.Part))}{Left(progress)}"));
    }

    private static string Counted(Progress progress) =>
        Text($"  {progress.Part,-26}{progress.Robust,6} / {progress.Samples,-6}");

    private static string Percent(double fraction) => Text($"{(int)(fraction * 100),3} %");

    private TimeSpan TimeOf(string part) =>
        _parts.TryGetValue(part, out var times) ? times.Last - times.Began : TimeSpan.Zero;

    /// <summary>What remains of the part if it goes on as it did; silent while there is too little to tell.</summary>
    private string Left(Progress progress) => progress.Done is >= 0.05 and < 1
        ? $"  (about {Clock(TimeOf(progress.Part) * ((1 - progress.Done) / progress.Done))} left)" : "";

    private static double PerSample(long passes, BitString bits) => bits.Count == 0 ? 0 : (double)passes / bits.Count;

    private static string Clock(TimeSpan span) => span.TotalHours >= 1
        ? Text($"{(int)span.TotalHours}:{span:mm\\:ss}") : Text($"{(int)span.TotalMinutes}:{span:ss}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
