using RobustnessGate.Evaluation;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Hosting;

/// <summary>The other end of <see cref="ChildProcessHost"/>: what the evaluation process does.</summary>
public static class EvaluationProcess
{
    /// <summary>Evaluates the request and writes each fact to the records file as soon as it is known.</summary>
    /// <param name="observe">Sees each fact as well, to show it.</param>
    /// <returns>The exit code that the process is to end with.</returns>
    public static ExitCode Run(
        string requestFile, string recordsFile, Action<Fact> observe, Action<Progress> progress, CancellationToken cancel)
    {
        using var records = new StreamWriter(recordsFile) { AutoFlush = true };
        var host = new InProcessHost(Record, progress);
        return host.Evaluate(EvaluationRequest.Read(requestFile), cancel).End;

        void Record(Fact fact)
        {
            records.Write(FactLog.Line(fact));
            observe(fact);
        }
    }
}
