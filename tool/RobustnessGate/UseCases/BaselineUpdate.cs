using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>A baseline that was pinned.</summary>
/// <param name="Path">Of the baseline file, relative to the working directory.</param>
/// <param name="Before">What the file held; null where there was none, or none that could be read.</param>
/// <param name="Warning">What later checks will stumble over; null where nothing is in the way.</param>
internal sealed record BaselineUpdateOutcome(string Path, Baseline? Before, Baseline After, Finding? Warning);

/// <summary>The use case of <c>baseline</c>: makes the results of the last check those that later ones are compared with.</summary>
internal static class BaselineUpdate
{
    /// <summary>Pins the results of the output folder into the policy's baseline file.</summary>
    /// <exception cref="MistakeException">
    /// There are no results, they are of another policy, or of an evaluation that did not finish; or the file cannot be written.
    /// </exception>
    public static BaselineUpdateOutcome Run(string policyPath, string outputDirectory, string? baselinePath)
    {
        var policy = PolicyReader.Read(policyPath);
        var path = PathOf(policy, baselinePath);
        var results = ReadResults(outputDirectory);
        if (results.Policy.Sha256 != policy.Source.Sha256)
        {
            throw Mistake(ExitCode.BaselineUnusable, "RG0211", Path.Combine(outputDirectory, ReportFiles.Results),
                $"these results were made with another version of {policy.Source.Display}: they would pin outcomes that the "
                + "policy as it stands does not produce. Run check again, then baseline update.");
        }

        var after = Pinning.Of(results, policy, Machine(outputDirectory));
        var before = TryRead(path);
        try
        {
            AtomicFile.Write(path, BaselineFile.Render(after));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Mistake(ExitCode.BaselineUnusable, "RG0213", Display(path),
                $"this baseline cannot be written, so nothing was pinned: {exception.Message.TrimEnd('.')}. Make the folder, or name another file with --baseline.");
        }

        return new(Display(path), before, after, Deviation(results, policy, path));
    }

    /// <exception cref="MistakeException">There is no baseline, or none that can be read.</exception>
    public static Baseline Show(string policyPath, string? baselinePath)
    {
        var policy = PolicyReader.Read(policyPath);
        return Load(PathOf(policy, baselinePath));
    }

    /// <summary>The baseline in a file that must be there.</summary>
    /// <exception cref="MistakeException">There is none, or none that can be read.</exception>
    public static Baseline Load(string path) => Read(path) ?? throw Missing(path);

    /// <summary>RG0201 about a file that was named and is not there.</summary>
    private static MistakeException Missing(string path) => Mistake(ExitCode.BaselineUnusable, "RG0201", Display(path),
        "there is no baseline here. Run check, look at the results, then run baseline update and commit the file; or name the file that you meant.");

    /// <summary>The baseline in a file; null where there is no file.</summary>
    /// <exception cref="MistakeException">The file holds no baseline that can be used.</exception>
    internal static Baseline? Read(string path)
    {
        try
        {
            return BaselineFile.Read(File.ReadAllText(path), Display(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Mistake(ExitCode.BaselineUnusable, "RG0202", Display(path),
                $"this baseline cannot be read: {exception.Message.TrimEnd('.')}. Nothing can be compared without it.");
        }
    }

    private static Baseline? TryRead(string path)
    {
        try
        {
            return Read(path);
        }
        catch (MistakeException)
        {
            // Whatever it was, it is being replaced on purpose.
            return null;
        }
    }

    /// <summary>Results of another seed or of fewer samples than a plain check of the policy makes.</summary>
    private static Finding? Deviation(ResultsDocument results, Policy policy, string path)
    {
        string?[] options =
        [
            results.Options?.MaxSamples is { } most ? FormattableString.Invariant($"--max-samples {most}") : null,
            results.Seed != policy.Seed ? FormattableString.Invariant($"--seed {results.Seed}") : null,
        ];
        var used = string.Join(" and ", options.OfType<string>());
        return used.Length == 0 ? null : new("RG0529", Severity.Warning, new Location(Display(path), 0, 0),
            $"what was pinned was made with {used}, so a plain check of the policy cannot be compared with it, or only in part. Run check without it and pin again, unless every check uses it.");
    }

    /// <summary>What run.json says beside the results; null where it is not there.</summary>
    private static Fingerprint? Machine(string outputDirectory)
    {
        try
        {
            return RunDocument.Read(File.ReadAllText(Path.Combine(outputDirectory, ReportFiles.Run)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ResultsDocument ReadResults(string outputDirectory)
    {
        var path = Path.Combine(outputDirectory, ReportFiles.Results);
        try
        {
            return ResultsFile.Read(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Mistake(ExitCode.NothingEvaluated, "RG0210", path,
                $"there are no results to pin: {exception.Message.TrimEnd('.')}. Run check first.");
        }
    }

    /// <exception cref="MistakeException">RG0212: nothing names a baseline file.</exception>
    internal static string PathOf(Policy policy, string? baselinePath) => baselinePath ?? policy.Gate.Baseline
        ?? throw new MistakeException(ExitCode.BaselineUnusable, new Finding("RG0212", Severity.Error, policy.Source.At("gate"),
            "the policy names no baseline file. Add gate.baseline, or say --baseline FILE."));

    private static MistakeException Mistake(ExitCode exitCode, string code, string file, string message) =>
        new(exitCode, new Finding(code, Severity.Error, new Location(file, 0, 0), message));

    /// <summary>Relative to the working directory, so that editors and people find it.</summary>
    internal static string Display(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path).Replace('\\', '/');
}
