namespace RobustnessGate.Hosting;

/// <summary>What <c>--baseline auto</c> means here: the branch that a pull request is to be merged into, as the build says it.</summary>
internal static class TargetBranch
{
    public const string Auto = "auto";

    /// <summary>How a reference is given instead of a file.</summary>
    public const string Prefix = Results.ResultsDocument.GitPrefix;

    /// <summary>Variables in which build services name the target branch of a pull request.</summary>
    private static readonly string[] Variables =
    [
        "GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "SYSTEM_PULLREQUEST_TARGETBRANCH", "BITBUCKET_PR_DESTINATION_BRANCH",
        "CHANGE_TARGET", "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    ];

    /// <summary>Where a merge queue builds: refs/heads/gh-readonly-queue/BRANCH/pr-….</summary>
    private const string Queue = "refs/heads/gh-readonly-queue/";

    /// <summary>The choice with <c>auto</c> replaced: by a reference in a pull request, by null (the policy's file) elsewhere.</summary>
    /// <param name="choice">As on the command line.</param>
    /// <param name="environment">Reads a variable; null where it is not set.</param>
    public static string? Resolve(string? choice, Func<string, string?> environment)
    {
        if (choice != Auto)
        {
            return choice;
        }

        var branch = Variables.Select(environment).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value)) ?? Queued(environment("GITHUB_REF"));
        // As the remote has it: a branch or tag of this clone may be called the same.
        return branch is null ? null : $"{Prefix}refs/remotes/origin/{branch.Trim().Replace("refs/heads/", "", StringComparison.Ordinal)}";
    }

    private static string? Queued(string? reference)
    {
        var end = reference?.LastIndexOf("/pr-", StringComparison.Ordinal) ?? -1;
        return reference is not null && reference.StartsWith(Queue, StringComparison.Ordinal) && end > Queue.Length ? reference[Queue.Length..end] : null;
    }
}
