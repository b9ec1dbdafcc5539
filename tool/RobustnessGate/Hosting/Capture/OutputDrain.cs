namespace RobustnessGate.Hosting.Capture;

/// <summary>
/// Reads what a process prints as fast as it comes, on a thread of its own, so that whoever prints never waits for anything
/// else that this process does.
/// </summary>
internal sealed class OutputDrain
{
    private readonly LineCutter _lines;
    private readonly Thread _thread;

    public OutputDrain(Stream stream, OutputCollector collector)
    {
        _lines = new(collector.Add);
        _thread = new(() => Read(stream)) { IsBackground = true, Name = "captured output" };
        _thread.Start();
    }

    /// <summary>
    /// Waits for the end of the stream, but no longer than this: something that the process started may hold the stream open
    /// for longer than the process lives. What has come until then is collected.
    /// </summary>
    public void Finish(TimeSpan patience)
    {
        _ = _thread.Join(patience);
        lock (_lines)
        {
            _lines.End();
        }
    }

    private void Read(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (stream.Read(buffer) is > 0 and var count)
            {
                lock (_lines)
                {
                    _lines.Add(buffer.AsSpan(0, count));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // Nobody reads any more.
        }
    }
}
