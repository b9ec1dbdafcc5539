using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>The judge at the merge base with a git reference: nothing that the change does to the judge helps it.</summary>
/// <param name="head">The policy of the change.</param>
/// <param name="open">Opens the repository that a file is in.</param>
internal sealed class MergeBaseSource(CheckRequest request, Policy head, Func<string, IRepository> open) : IBaselineSource
{
    public Reference Read()
    {
        IRepository? repository = null;
        try
        {
            repository = open(head.Source.Path);
            var judge = MergeBaseJudge.At(
                repository, request.Baseline![TargetBranch.Prefix.Length..], head, entry => entry.IsValidOn(request.Today));
            return new(
                request.Overrides.Apply(judge.Review.Effective), ResultsDocument.Named(judge.Commits), [.. repository.StateFiles, .. Beside()])
            {
                Baseline = judge.Review.Baseline,
                Release = judge.Release,
                Review = judge.Review,
                MeasuredAs = judge.MeasuredAs,
                Commits = [.. judge.Judges.Select(pair => new EarlierCommit(
                    pair.Commit, files => files.Extract(repository, pair.Commit, pair.Judge.Policy.Model, pair.Judge.Text)))],
            };
        }
        catch (MistakeException mistake)
        {
            return new(head, request.Baseline, repository?.StateFiles ?? []) { Mistake = mistake, Measures = false };
        }
    }

    /// <summary>Files of the work tree, there or not, that say more than the policy does.</summary>
    private IEnumerable<string> Beside() =>
        new[] { Path.Combine(Path.GetDirectoryName(head.Source.Path)!, OverridesFile.Name), head.Gate.Baseline, head.Gate.Release }.OfType<string>();
}
