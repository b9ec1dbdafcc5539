using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Kernels;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>The other end of <see cref="ChildProcessHost"/>: what the evaluation process does.</summary>
internal static class EvaluationProcess
{
    /// <summary>Evaluates the request and writes each fact to the records file as soon as it is known.</summary>
    /// <param name="observe">Sees each fact as well, to show it.</param>
    /// <param name="clock">Time since any fixed moment.</param>
    /// <exception cref="MistakeException">RG0909: the records cannot be written, so that nothing can be told in them.</exception>
    /// <returns>The exit code that the process is to end with.</returns>
    public static ExitCode Run(
        string requestFile, string recordsFile, Action<Fact> observe, Action<Progress> progress,
        Func<TimeSpan> clock, CancellationToken cancel)
    {
        try
        {
            KernelSelection.CanStartAgain = !KernelSelection.IsSecondStart;
            using var records = new StreamWriter(recordsFile) { AutoFlush = true };
            var host = new InProcessHost(fact => Record(records, fact), progress, clock);
            return host.Evaluate(EvaluationRequest.Read(requestFile), cancel).End;
        }
        catch (StartAgainException)
        {
            // For the second start, which finds nothing wrong.
            File.WriteAllText(recordsFile, KernelSelection.Faults[^1].Kind);
            return (ExitCode)ChildExit.StartAgain;
        }
        catch (Exception exception) when (Stopped.IsAboutFiles(exception))
        {
            throw new MistakeException(ExitCode.EvaluationCrashed, Stopped.ByFile(exception));
        }
        finally
        {
            KernelSelection.CanStartAgain = false;
        }

        void Record(StreamWriter records, Fact fact)
        {
            records.Write(FactLog.Line(fact));
            observe(fact);
        }
    }
}
