using System.IO.Pipes;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Hosting;

/// <summary>Whoever watches an evaluation: facts as they are found, and how far it is.</summary>
internal sealed record Observer(Action<Fact> Fact, Action<Progress> Progress)
{
    public static Observer Nobody { get; } = new(_ => { }, _ => { });
}

/// <summary>
/// What the evaluation process lets this one watch, through a pipe of their own: its stdout and stderr belong to the model.
/// Nothing but progress on a screen rests on it; the facts that are judged come through the records file.
/// </summary>
internal sealed class ObservationPipe : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.In, HandleInheritability.Inheritable);
    private readonly Observer _observer;
    private readonly Thread _thread;
    private volatile bool _over;

    public ObservationPipe(Observer observer)
    {
        _observer = observer;
        _thread = new(Read) { IsBackground = true, Name = "observations" };
    }

    /// <summary>Names the end to write to; the process that is started next inherits it.</summary>
    public string Handle => _pipe.GetClientHandleAsString();

    /// <summary>Once the process has been started.</summary>
    public void Open()
    {
        _pipe.DisposeLocalCopyOfClientHandle();
        _thread.Start();
    }

    /// <summary>Shows what is still on its way; something that the model started may hold the pipe open, and is not waited for.</summary>
    public void Dispose()
    {
        _over = !_thread.IsAlive || !_thread.Join(Patience);
        if (!_thread.IsAlive)
        {
            _pipe.Dispose();
        }
    }

    private void Read()
    {
        try
        {
            using var reader = new StreamReader(_pipe);
            while (!_over && reader.ReadLine() is { } line)
            {
                Show(line);
            }
        }
        catch (IOException)
        {
            // Nobody writes any more.
        }
    }

    private void Show(string line)
    {
        try
        {
            var observation = Observation.Parse(line);
            if (observation.Fact is { } fact)
            {
                _observer.Fact(fact);
            }

            if (observation.Progress is { } progress)
            {
                _observer.Progress(progress);
            }
        }
        catch (FormatException)
        {
            // Cut off by the death of its writer, or not by our writer: there is nothing to show.
        }
    }
}

/// <summary>The end of an <see cref="ObservationPipe"/> in the evaluation process.</summary>
/// <param name="clock">Time since any fixed moment.</param>
internal sealed class ObservationWriter(string handle, Func<TimeSpan> clock) : IDisposable
{
    /// <summary>Progress of one part is told no more often than it can be read.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly StreamWriter _writer = new(new AnonymousPipeClientStream(PipeDirection.Out, handle)) { AutoFlush = true, NewLine = "\n" };
    private string? _part;
    private TimeSpan _told;

    public void Tell(Fact fact) => Write(new(fact, null));

    public void Tell(Progress progress)
    {
        var now = clock();
        if (progress.Part != _part || progress.Done >= 1 || now - _told >= Interval)
        {
            (_part, _told) = (progress.Part, now);
            Write(new(null, progress));
        }
    }

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // As below.
        }
    }

    private void Write(Observation observation)
    {
        try
        {
            _writer.WriteLine(observation.ToLine());
        }
        catch (IOException)
        {
            // Nobody watches any more, which is no reason to stop: whoever waits for the result ends this process another way.
        }
    }
}

/// <summary>A fact or a progress, on its way from one process to the other.</summary>
internal sealed record Observation(Fact? Fact, Progress? Progress)
{
    private const string OfProgress = "progress ";

    public string ToLine() => Fact is { } fact
        ? FactLog.Line(fact).TrimEnd('\n')
        : OfProgress + JsonSerializer.Serialize(Progress!, ObservationTypes.Default.Progress);

    /// <exception cref="FormatException">It is neither.</exception>
    public static Observation Parse(string line)
    {
        if (!line.StartsWith(OfProgress, StringComparison.Ordinal))
        {
            return new(FactLog.Parse(line, 1), null);
        }

        try
        {
            return new(null, JsonSerializer.Deserialize(line[OfProgress.Length..], ObservationTypes.Default.Progress));
        }
        catch (JsonException mistake)
        {
            throw new FormatException(mistake.Message, mistake);
        }
    }
}

[JsonSerializable(typeof(Progress))]
internal sealed partial class ObservationTypes : JsonSerializerContext;
