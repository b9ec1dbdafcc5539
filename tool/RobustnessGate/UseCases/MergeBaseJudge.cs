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

/// <summary>What a change is held to where a repository says so: the strictest of the judges that it parted from, the target's and its own.</summary>
/// <param name="Commits">Full hashes, as <see cref="IRepository.Judges"/> gives them.</param>
/// <param name="Judges">Those of the commits that have a policy; none on first use.</param>
/// <param name="Release">The baseline of the last release, as the target branch has it.</param>
internal sealed record MergeBaseJudge(
    ImmutableArray<string> Commits, ImmutableArray<(string Commit, EarlierJudge Judge)> Judges, IntegrityReview Review, Baseline? Release)
{
    private const int MostNames = 3;

    /// <summary>The text of the policy that says what is measured; null where the head's own does.</summary>
    public byte[]? MeasuredAs => Review.MeasuredBy?.Text;

    /// <param name="reference">Of the target.</param>
    /// <param name="holds">Whether an override holds at the time that counts.</param>
    /// <exception cref="MistakeException">What the judge was cannot be told.</exception>
    public static MergeBaseJudge At(IRepository repository, string reference, Policy after, Func<Override, bool> holds) =>
        Of(repository, repository.Judges(reference), after, holds);

    /// <inheritdoc cref="At"/>
    /// <param name="commits">The target's tip is the last.</param>
    public static MergeBaseJudge Of(IRepository repository, ImmutableArray<string> commits, Policy after, Func<Override, bool> holds)
    {
        ImmutableArray<(string Commit, EarlierJudge Judge)> judges =
        [
            .. commits.Select((commit, i) => (commit, Judge: JudgeAt(repository, commit, after, isMerged: commits.Length == 1 || i < commits.Length - 1)))
                .Where(pair => pair.Judge is not null).Select(pair => (pair.commit, pair.Judge!)),
        ];
        var review = IntegrityReview.Of(
            [.. judges.Select(pair => pair.Judge)], after, after.Gate.Baseline is { } path ? BaselineUpdate.Read(path) : null, Overrides(after.Source), holds);
        var release = review.Effective.Gate.Release;
        return new(commits, judges, review, release is null ? null
            : StricterJudge.Tightest(commits.Select(commit => BaselineAt(repository, commit, release))) ?? BaselineUpdate.Read(release));
    }

    private static EarlierJudge? JudgeAt(IRepository repository, string commit, Policy after, bool isMerged)
    {
        var (policy, text) = PolicyAt(repository, commit, after.Source);
        if (policy is null)
        {
            return null;
        }

        var release = BaselineAt(repository, commit, policy.Gate.Release);
        return new(policy, BaselineAt(repository, commit, policy.Gate.Baseline))
        {
            Text = text!, IsMerged = isMerged, Content = Content(repository, commit, policy),
            Others =
            [
                .. release is null ? [] : BaselineChange.OfRelease(release, BaselineUpdate.Read(policy.Gate.Release!), after),
                .. FormatChange.Of(repository, commit, policy.Model, after.Model),
            ],
        };
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
