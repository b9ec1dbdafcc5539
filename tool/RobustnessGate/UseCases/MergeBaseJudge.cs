using System.Collections.Immutable;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Samples;

namespace RobustnessGate.UseCases;

/// <summary>What a change is held to where a repository says so: the judge at its merge base, or the stricter of that and its own.</summary>
/// <param name="Commit">Full hash of the merge base.</param>
/// <param name="Before">The policy there; null on first use.</param>
/// <param name="BeforeText">Its text.</param>
/// <param name="Release">The baseline of the last release, as the target branch has it.</param>
internal sealed record MergeBaseJudge(string Commit, Policy? Before, byte[]? BeforeText, IntegrityReview Review, Baseline? Release)
{
    private const int MostNames = 3;

    /// <summary>The text of the policy that says what is measured; null where the head's own does.</summary>
    public byte[]? MeasuredAs => Review.EvaluatesBase ? BeforeText : null;

    /// <param name="holds">Whether an override holds at the time that counts.</param>
    /// <exception cref="MistakeException">What the judge was cannot be told.</exception>
    public static MergeBaseJudge At(IRepository repository, string reference, Policy after, Func<Override, bool> holds)
    {
        var commit = repository.MergeBase(reference);
        var (before, text) = PolicyAt(repository, commit, after.Source);
        var baselineBefore = before is null ? null : BaselineAt(repository, commit, before.Gate.Baseline);
        var releaseBefore = BaselineAt(repository, commit, before?.Gate.Release);
        var review = IntegrityReview.Of(
            before, after, baselineBefore, after.Gate.Baseline is { } path ? BaselineUpdate.Read(path) : null,
            before is null ? [] : Content(repository, commit, before),
            releaseBefore is null ? [] : [.. BaselineChange.OfRelease(releaseBefore, BaselineUpdate.Read(before!.Gate.Release!))],
            Overrides(after.Source), holds);
        var release = review.Effective.Gate.Release;
        return new(commit, before, text, review,
            release is null ? null : BaselineAt(repository, commit, release) ?? BaselineUpdate.Read(release));
    }

    private static (Policy?, byte[]?) PolicyAt(IRepository repository, string commit, PolicySource source)
    {
        if (repository.Read(commit, source.Path) is not { } text)
        {
            return (null, null);
        }

        try
        {
            return (PolicyReader.Parse(text, source.Path), text);
        }
        catch (MistakeException mistake)
        {
            throw new MistakeException(ExitCode.BaselineUnusable, new Finding("RG0520", Severity.Error, source.At(""),
                $"the policy of the merge base {commit[..8]} cannot be read by this version, so nobody can say whether this change lowers the bar. "
                + $"Its first mistake: {mistake.Findings[0].Message}"));
        }
    }

    private static Baseline? BaselineAt(IRepository repository, string commit, string? path) =>
        path is not null && repository.Read(commit, path) is { } bytes
            ? BaselineFile.Read(Encoding.UTF8.GetString(bytes), $"{BaselineUpdate.Display(path)} of {commit[..8]}") : null;

    /// <summary>Data files that are checked in and were edited: no field of a policy shows it.</summary>
    private static ImmutableArray<JudgeChange> Content(IRepository repository, string commit, Policy before)
    {
        var targets = before.Attacks.Select(entry => entry.Target).OfType<Target.File>().Select(target => target.Path);
        string?[] files = [before.Data.Images, before.Data.Labels, before.Data.Lower, before.Data.Upper];
        var (names, digest) = repository.Changed(
            commit, files.OfType<string>().Select(path => DataPath.Of(path).File).Concat(targets));
        return names.IsEmpty ? [] :
            [new(IntegrityReview.ContentField, string.Join(", ", names.Take(MostNames)) + (names.Length > MostNames ? $" and {names.Length - MostNames} more" : "") + " as at the merge base", digest, JudgeEffect.Weaker, "data.images")];
    }

    private static ImmutableArray<Override> Overrides(PolicySource source)
    {
        var path = Path.Combine(Path.GetDirectoryName(source.Path)!, OverridesFile.Name);
        try
        {
            return OverridesFile.Read(File.ReadAllBytes(path), BaselineUpdate.Display(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw MistakeException.InFile("RG0521", BaselineUpdate.Display(path), $"the overrides cannot be read: {exception.Message.TrimEnd('.')}. Without them nobody can say what is allowed.");
        }
    }
}
