using System.Text;
using RobustnessGate.Hosting.Capture;

namespace RobustnessGate.Tests.Hosting;

public class OutputCollectorTests
{
    /// <summary>Bytes that a test runner may allocate beside a test.</summary>
    private const int Little = 5_000_000;

    [Fact]
    public void Distinct_lines_are_kept_once_with_their_count_in_the_order_of_the_first()
    {
        var output = Collect("b\na\nb\n\n   \nb\r\nlast, without a newline");

        Assert.Equal([new CapturedLine("b", 3), new CapturedLine("a", 1), new CapturedLine("last, without a newline", 1)], output.Lines.ToArray());
        Assert.Equal(["a", "b", "last, without a newline"], output.Last.ToArray());
        Assert.Equal(0, output.LeftOut);
    }

    [Fact]
    public void Nothing_but_empty_lines_is_nothing() => Assert.True(Collect("\n\r\n \t\n").IsEmpty);

    /// <summary>libtorch puts the time before each warning; else every one of them would be another line.</summary>
    [Fact]
    public void Times_of_day_make_no_other_line()
    {
        var output = Collect("""
            [W1121 03:05:10.123456789 NNPACK.cpp:56] Could not initialize NNPACK! Reason: Unsupported hardware.
            [W1121 03:05:11.5 NNPACK.cpp:56] Could not initialize NNPACK! Reason: Unsupported hardware.
            """);

        Assert.Equal(new("[W1121 … NNPACK.cpp:56] Could not initialize NNPACK! Reason: Unsupported hardware.", 2), Assert.Single(output.Lines));
    }

    [Theory]
    [InlineData("23:59:59", "…")]
    [InlineData("at 01:02:03,999 and 04:05:06.", "at … and ….")]
    [InlineData("12:34", "12:34")]
    [InlineData("101:02:03", "101:02:03")]
    [InlineData("1a:02:03 2:", "1a:02:03 2:")]
    public void What_is_a_time_of_day(string line, string kept) => Assert.Equal(kept, Assert.Single(Collect(line).Lines).Text);

    [Fact]
    public void A_progress_bar_is_the_line_that_a_terminal_would_be_left_with() =>
        Assert.Equal(["100 %", "done"], Texts(Collect(string.Concat(Enumerable.Range(0, 101).Select(i => $"\r{i} %")) + "\n\rdone\r")));

    [Theory]
    [InlineData("\u001b[31mred\u001b[0m", @"\x1b[31mred\x1b[0m")]
    [InlineData("nul\0bell\a", @"nul\x00bell\x07")]
    [InlineData("tab\tnarrow\u202fspace", "tab narrow space")]
    [InlineData("c1\u009b2J", @"c1\x9b2J")]
    [InlineData("\u202eright to left", @"\u202eright to left")]
    [InlineData("line\u2028separator", @"line\u2028separator")]
    [InlineData("##vso[task] ###[x]", "# #vso[task] # # #[x]")]
    [InlineData("größer 数 🙂", "größer 数 🙂")]
    public void What_acts_on_a_terminal_or_a_build_is_made_visible(string printed, string kept) =>
        Assert.Equal(kept, Assert.Single(Collect(printed).Lines).Text);

    [Theory]
    [InlineData("robustness.yml(1,1): error RG1001: x")]
    [InlineData("::error::x")]
    [InlineData("##vso[task.logissue type=error]x")]
    [InlineData("##[error]x")]
    [InlineData("a.c:1:2: warning: x")]
    public void A_quoted_line_is_no_diagnostic(string printed) =>
        Assert.Matches("^((?!##)[^:])*$", Harmless.Quoted(Harmless.Line(printed)));

    [Fact]
    public void Bytes_that_are_no_text_are_replaced() =>
        Assert.Equal("a\ufffdb\ufffd\ufffd", Assert.Single(Collect([(byte)'a', 0xff, (byte)'b', 0xc3, 0xfe]).Lines).Text);

    [Fact]
    public void A_line_is_cut_and_says_so()
    {
        var line = Assert.Single(Collect(new string('x', 3000) + "\n").Lines).Text;

        Assert.Equal(new string('x', Harmless.MostCharacters - 1) + "…", line);
        Assert.Equal(Harmless.MostCharacters, Assert.Single(Collect(new string('\0', 3000)).Lines).Text.Length);
    }

    [Fact]
    public void A_gigabyte_without_a_newline_is_one_line()
    {
        var collector = new OutputCollector();
        var cutter = new LineCutter(collector.Add);
        var block = Encoding.ASCII.GetBytes(new string('x', 1 << 20));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 1024; i++)
        {
            cutter.Add(block);
        }

        cutter.End();

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Little);
        Assert.Equal(1, Assert.Single(collector.Collected().Lines).Count);
    }

    [Fact]
    public void Millions_of_equal_lines_take_no_memory()
    {
        var collector = new OutputCollector();
        var cutter = new LineCutter(collector.Add);
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("robustness.yml(1,1): error RG1001: forged\n", 1000)));
        cutter.Add(block);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 1; i < 2000; i++)
        {
            cutter.Add(block);
        }

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Little);
        Assert.Equal(2_000_000, Assert.Single(collector.Collected().Lines).Count);
    }

    [Fact]
    public void Distinct_lines_without_end_stay_within_bounds_and_the_last_are_known()
    {
        var collector = new OutputCollector();
        for (var i = 0; i < 100_000; i++)
        {
            collector.Add($"loss of step {i} is now a number, with something more to say about it: {i * 0.5}");
        }

        var output = collector.Collected();

        Assert.InRange(output.Lines.Length, 500, OutputCollector.MostLines);
        Assert.Equal(100_000, output.LeftOut + output.Lines.Length);
        Assert.Equal(OutputCollector.MostLast, output.Last.Length);
        Assert.Equal(Enumerable.Range(99_990, 10), output.Last.Select(line => int.Parse(line.Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture)));
        var log = CapturedOutputFile.Render(output);
        Assert.InRange(Encoding.UTF8.GetByteCount(log), OutputCollector.MostBytes / 2, OutputCollector.MostBytes * 3 / 2);
        Assert.Contains($"# {output.LeftOut} more lines found no room here.", log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_comes_again_is_among_the_last()
    {
        var noise = string.Concat(Enumerable.Range(0, 50).Select(i => $"line {i}\n"));

        Assert.Equal(["line 47", "line 48", "line 49", "line 0", "end"], Collect(noise + "line 0\nend").Last.TakeLast(5));
    }

    [Fact]
    public void A_stream_that_nobody_closes_is_not_waited_for()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        using var writer = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.Out, pipe.ClientSafePipeHandle);
        writer.Write("half a line"u8);
        var collector = new OutputCollector();

        new OutputDrain(pipe, collector).Finish(TimeSpan.FromMilliseconds(500));

        Assert.Equal(["half a line"], Texts(collector.Collected()));
    }

    private static CapturedOutput Collect(string printed) => Collect(Encoding.UTF8.GetBytes(printed));

    /// <summary>Byte by byte: where a stream is cut into blocks must not matter.</summary>
    private static CapturedOutput Collect(params byte[] printed)
    {
        var whole = Collect(printed, printed.Length);
        var apart = Collect(printed, 1);
        Assert.Equal(whole.Lines.AsEnumerable(), apart.Lines);
        return whole;
    }

    private static CapturedOutput Collect(byte[] printed, int block)
    {
        var collector = new OutputCollector();
        var cutter = new LineCutter(collector.Add);
        foreach (var part in printed.Chunk(Math.Max(block, 1)))
        {
            cutter.Add(part);
        }

        cutter.End();
        return collector.Collected();
    }

    private static IEnumerable<string> Texts(CapturedOutput output) => output.Lines.Select(line => line.Text);
}
