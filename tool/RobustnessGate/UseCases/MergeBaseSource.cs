using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;

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
                request.Overrides.Apply(judge.Review.Effective), TargetBranch.Prefix + judge.Commit, [.. repository.StateFiles, .. Beside()])
            {
                Baseline = judge.Review.Baseline,
                Release = judge.Release,
                Review = judge.Review,
                MeasuredAs = judge.MeasuredAs,
                Commits = [new(judge.Commit, files => Model(files, repository, judge))],
            };
        }
        catch (MistakeException mistake)
        {
            return new(head, request.Baseline, repository?.StateFiles ?? []) { Mistake = mistake, Measures = false };
        }
    }

    private static EarlierModel? Model(EarlierFiles files, IRepository repository, MergeBaseJudge judge) =>
        judge is { Before: { } before, BeforeText: { } text } ? files.Extract(repository, judge.Commit, before.Model, text) : null;

    /// <summary>Files of the work tree, there or not, that say more than the policy does.</summary>
    private IEnumerable<string> Beside() =>
        new[] { Path.Combine(Path.GetDirectoryName(head.Source.Path)!, OverridesFile.Name), head.Gate.Baseline, head.Gate.Release }.OfType<string>();
}
